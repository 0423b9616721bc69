import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { scenarioHash, type Query } from '../model/route';
import { replaceHash } from '../ui/use-route';

export interface LinkTarget {
  /** Scenario the messages belong to. */
  id: string;
  query: Query;
  /** Number of the problem at a message. */
  problems: ReadonlyMap<number, number>;
  /** How many messages there are. */
  known: number;
  /** Lights messages; none: puts the light out. */
  onLight: (indices: readonly number[]) => void;
  /** A message was chosen. */
  onSelect: (index: number) => void;
}

export const MessageLinks = createContext<LinkTarget | null>(null);

export function useMessageLinks(): LinkTarget {
  const target = useContext(MessageLinks);
  if (!target) throw new Error('used outside a scenario');
  return target;
}

/** Selects a message by address, without a step in the history. */
export function useSelect(): (index: number) => void {
  const { id, query, onSelect } = useMessageLinks();
  return (index) => {
    replaceHash(scenarioHash(id, index, query));
    onSelect(index);
  };
}

/** A message by its number: pointing at it lights the message, a click goes there. */
export function MessageLink({ index, text }: { index: number; text?: string }) {
  const { id, query, known, onLight } = useMessageLinks();
  const select = useSelect();
  // A judge may name messages that are not there: then it is a number, not a link.
  if (index >= known) return <span class="gone" title="no such message">{text ?? index}</span>;
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    select(index);
  };
  return (
    <a
      href={scenarioHash(id, index, query)}
      aria-label={`message ${index}`}
      onClick={follow}
      onPointerEnter={() => onLight([index])}
      onPointerLeave={() => onLight([])}
      onFocus={() => onLight([index])}
      onBlur={() => onLight([])}
    >
      {text ?? index}
    </a>
  );
}

/** The number of the problem at a message. */
export function ProblemBadge({ index }: { index: number }) {
  const number = useMessageLinks().problems.get(index);
  if (number === undefined) return null;
  return (
    <span class="bd" title={`problem ${number}`}>
      {number}
    </span>
  );
}
