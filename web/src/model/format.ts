/** Numbers as people read them. Absent values are an en dash, never 0. */

export const ABSENT = '–';
const NBSP = '\u00a0';
const NARROW = '\u202f';
const MINUS = '−';

type Maybe = number | null | undefined;

function present(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function signed(value: number, text: string): string {
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** Whole numbers with a narrow space per thousand. */
export function count(value: Maybe): string {
  if (!present(value)) return ABSENT;
  const digits = String(Math.round(Math.abs(value)));
  return signed(value, digits.replace(/\B(?=(\d{3})+$)/g, NARROW));
}

/** `1 criterion`, `3 criteria`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)}${NBSP}${value === 1 ? one : many}`;
}

function milliseconds(ms: number): string {
  if (ms === 0) return `0${NBSP}s`;
  if (ms < 0.005) return `<${NBSP}0.01${NBSP}ms`;
  const decimals = ms < 0.995 ? 2 : ms < 9.95 ? 1 : 0;
  return `${ms.toFixed(decimals)}${NBSP}ms`;
}

function longSpan(whole: number): string {
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = whole % 60;
  if (hours > 0) return `${count(hours)}${NBSP}h ${minutes}${NBSP}min`;
  return `${minutes}${NBSP}min ${seconds}${NBSP}s`;
}

/** A span: `31 ms`, `1.84 s`, `45.0 s`, `1 min 38 s`, `−0.32 s`. */
export function span(seconds: Maybe): string {
  if (!present(seconds)) return ABSENT;
  const size = Math.abs(seconds);
  if (size < 0.0995) return signed(seconds, milliseconds(size * 1000));
  if (size >= 59.95) return signed(seconds, longSpan(Math.round(size)));
  return signed(seconds, `${size.toFixed(size < 9.995 ? 2 : 1)}${NBSP}s`);
}

/** A moment of a run: `14.30` below a minute, else `1:14.30`, `1:02:14.30`. */
export function moment(seconds: Maybe): string {
  if (!present(seconds)) return ABSENT;
  const hundredths = Math.round(Math.abs(seconds) * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2);
  if (minutes === 0) return signed(seconds, rest);
  const hours = Math.floor(minutes / 60);
  const head = hours > 0 ? `${hours}:${String(minutes % 60).padStart(2, '0')}` : String(minutes);
  return signed(seconds, `${head}:${rest.padStart(5, '0')}`);
}

/** `75 %`; one decimal where rounding would claim 0 or all. */
export function percent(share: Maybe): string {
  if (!present(share)) return ABSENT;
  const value = share * 100;
  const rounded = value.toFixed(0);
  const lies = (rounded === '0' && value > 0) || (rounded === '100' && value < 100);
  return `${lies ? Math.min(99.9, Math.max(0.1, value)).toFixed(1) : rounded}${NBSP}%`;
}

/** Cohen's kappa: `0.62`, `−0.10`. */
export function kappa(value: Maybe): string {
  return present(value) ? signed(value, Math.abs(value).toFixed(2)) : ABSENT;
}

/** `47–91`, both ends in percent without the sign. */
export function interval(low: Maybe, high: Maybe): string {
  if (!present(low) || !present(high)) return ABSENT;
  return `${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}`;
}

/** `75 % of 12 (47–91)`; fewer than ten events: `3 of 4`. */
export function rate(hits: number, n: number, low?: Maybe, high?: Maybe): string {
  if (n === 0) return ABSENT;
  if (n < 10) return `${hits} of ${n}`;
  const range = present(low) && present(high) ? ` (${interval(low, high)})` : '';
  return `${percent(hits / n)} of ${count(n)}${range}`;
}

export function money(dollars: Maybe): string {
  if (!present(dollars)) return ABSENT;
  if (dollars === 0) return '$0';
  if (dollars < 0.001) return '<\u00a0$0.001';
  return `$${dollars.toFixed(dollars < 0.1 ? 3 : 2)}`;
}

/** `12 Nov 2026, 08:14 UTC`, whatever the reader's locale. */
export function date(iso: string | null | undefined): string {
  const time = iso ? new Date(iso) : undefined;
  if (!time || Number.isNaN(time.getTime())) return ABSENT;
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getUTCDate()}${NBSP}${months[time.getUTCMonth()]}${NBSP}${time.getUTCFullYear()}`;
  return `${day}, ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}${NBSP}UTC`;
}

function isFlat(item: object): boolean {
  return !Array.isArray(item) && Object.keys(item).length > 0 && Object.values(item).every((one) => typeof one !== 'object');
}

/** A number that nobody needs to the last digit. */
function brief(number: number): string {
  return Number.isInteger(number) ? String(number) : Number(number.toPrecision(3)).toString();
}

/** A value of a check: text as it is, plain settings as `at most: 4, role: assistant`, anything else as JSON on one line. */
export function value(item: unknown): string {
  if (item === null || item === undefined) return ABSENT;
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || !isFlat(item)) return JSON.stringify(item);
  return Object.entries(item).map(([name, one]) => `${name.replace(/_/g, ' ')}: ${typeof one === 'number' ? brief(one) : String(one)}`).join(', ');
}
