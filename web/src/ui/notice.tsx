import type { ComponentChildren } from 'preact';

/** One line that stands where something is missing: what, and what to do. */
export function Notice({ children, tone = 'plain' }: { children: ComponentChildren; tone?: 'plain' | 'caution' | 'fail' }) {
  return <p class={`notice ${tone}`}>{children}</p>;
}
