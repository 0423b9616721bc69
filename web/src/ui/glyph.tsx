/** Shapes first, then colour: an outcome is never told by colour alone. */

export type GlyphKind = 'pass' | 'fail' | 'error' | 'open' | 'none';

const SHAPES = {
  pass: <path d="M2.6 7.6l2.9 2.9 6-7" fill="none" stroke="var(--ink2)" stroke-width="1.6" />,
  fail: (
    <>
      <rect width="14" height="14" rx="2" fill="var(--fail)" />
      <path d="M4 4l6 6M10 4l-6 6" stroke="var(--surface)" stroke-width="1.7" />
    </>
  ),
  error: (
    <>
      <path d="M7 .6L13.8 13H.2z" fill="var(--ink)" />
      <path d="M7 5v4" stroke="var(--surface)" stroke-width="1.6" />
      <circle cx="7" cy="11" r=".95" fill="var(--surface)" />
    </>
  ),
  open: (
    <>
      <circle cx="7" cy="7" r="5.9" fill="none" stroke="var(--caution)" stroke-width="1.6" stroke-dasharray="2.6 2" />
      <path d="M4.6 7h4.8" stroke="var(--caution)" stroke-width="1.6" />
    </>
  ),
  none: <circle cx="7" cy="7" r="5.9" fill="none" stroke="var(--edge)" stroke-width="1.4" />,
};

/** With a label it is read out; without one it stands beside its word and is hidden. */
export function Glyph({ kind, label }: { kind: GlyphKind; label?: string }) {
  const spoken = label === undefined ? { 'aria-hidden': true } : { role: 'img' as const, 'aria-label': label };
  return (
    <svg class="g" viewBox="0 0 14 14" {...spoken}>
      {SHAPES[kind]}
    </svg>
  );
}
