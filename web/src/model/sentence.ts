const LONGEST = 180;

/** The first sentence of a reason, cut where it is far too long for a table. */
export function firstSentence(text: string | null | undefined): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  const end = line.search(/[.!?]["”)]?\s+[A-Z“"(]/);
  const sentence = end < 0 ? line : line.slice(0, end + 1);
  if (sentence.length <= LONGEST) return sentence;
  return `${sentence.slice(0, sentence.lastIndexOf(' ', LONGEST) + 1 || LONGEST).trimEnd()}…`;
}
