/** Where the reader is. Everything that a link should restore lives in the hash: page, selected message or time of the call, filter, search. */

export interface Query {
  filter: string;
  search: string;
}

export type Route =
  | { page: 'run'; query: Query }
  | { page: 'scenario'; id: string; message: number | null; time: number | null; query: Query }
  | { page: 'unknown'; address: string; query: Query };

export const NO_QUERY: Query = { filter: 'all', search: '' };

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function parseQuery(text: string): Query {
  const params = new URLSearchParams(text);
  return { filter: params.get('show') || NO_QUERY.filter, search: params.get('q') || NO_QUERY.search };
}

interface Moment {
  message: number | null;
  time: number | null;
}

/** undefined: it leads nowhere. */
function parseMoment(parts: string[]): Moment | undefined {
  if (parts.length === 0) return { message: null, time: null };
  const [kind, value = ''] = parts;
  if (parts.length !== 2) return undefined;
  if (kind === 'm' && /^\d{1,9}$/.test(value)) return { message: Number(value), time: null };
  if (kind === 't' && /^\d{1,6}(\.\d{1,3})?$/.test(value)) return { message: null, time: Number(value) };
  return undefined;
}

export function parseRoute(hash: string): Route {
  const [path = '', queryText = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const query = parseQuery(queryText);
  const [page, rawId, ...rest] = path.split('/').filter((part) => part !== '');
  if (page === undefined || (page === 'run' && rawId === undefined)) return { page: 'run', query };
  const id = page === 's' && rawId !== undefined ? decode(rawId) : null;
  const moment = parseMoment(rest);
  if (id === null || moment === undefined) return { page: 'unknown', address: `#${path}`, query };
  return { page: 'scenario', id, ...moment, query };
}

function formatQuery(query: Query): string {
  const params = new URLSearchParams();
  if (query.filter !== NO_QUERY.filter) params.set('show', query.filter);
  if (query.search !== NO_QUERY.search) params.set('q', query.search);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

export function runHash(query: Query = NO_QUERY): string {
  return `#/run${formatQuery(query)}`;
}

export function scenarioHash(id: string, message: number | null, query: Query = NO_QUERY, time: number | null = null): string {
  const place = message !== null ? `/m/${message}` : time !== null ? `/t/${time.toFixed(2)}` : '';
  return `#/s/${encodeURIComponent(id).replace(/%3A/g, ':')}${place}${formatQuery(query)}`;
}
