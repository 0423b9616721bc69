const LONGEST = 180;

/** Index of the stop that ends the first sentence, looked for outside quotes; -1 where there is none. */
function endOfSentence(line: string): number {
  let quoted = false;
  for (let i = 0; i + 2 < line.length; i += 1) {
    if (line[i] === '"') quoted = !quoted;
    if (!quoted && /^[.!?] [A-Z“"(]/.test(line.slice(i, i + 3))) return i;
  }
  return -1;
}

/** The first sentence of a reason, cut where it is far too long for a table. */
export function firstSentence(text: string | null | undefined): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  const end = endOfSentence(line);
  const sentence = end < 0 ? line : line.slice(0, end + 1);
  if (sentence.length <= LONGEST) return sentence;
  return `${sentence.slice(0, sentence.lastIndexOf(' ', LONGEST) + 1 || LONGEST).trimEnd()}…`;
}
