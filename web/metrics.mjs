/** What each measure of a call means, as docs/metrics.md says it: the page and the document never differ. */
import { readFileSync } from 'node:fs';

function plain(markdown) {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '').trim();
}

/** `peer/1 a`, `b`, `…c` in one cell: the later names share the beginning of the first. */
function namesOf(cell) {
  const [first = '', ...others] = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  const peer = first.includes(' ') ? `${first.split(' ')[0]} ` : '';
  return [first, ...others.map((name) => (name.startsWith('…') ? first.slice(0, first.lastIndexOf('_p') + 1) + name.slice(1) : name.includes(' ') ? name : peer + name))];
}

/** Of the tables whose head says `figure`, in their order. */
export function readMeanings(path) {
  const meanings = {};
  let inside = false;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.startsWith('|')) inside = false;
    else if (line.startsWith('| figure |')) inside = true;
    else if (inside && line.startsWith('| `')) {
      const [, names = '', meaning = ''] = line.split(/(?<!\\)\|/);
      for (const name of namesOf(names)) meanings[name] = plain(meaning);
    }
  }
  return meanings;
}
