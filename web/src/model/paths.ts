/** Files of one run share a long head that tells nothing: it is left away, the last folder and the name stay. */
export function shortPaths(files: readonly (string | null | undefined)[]): Map<string, string> {
  const known = [...new Set(files.filter((file): file is string => Boolean(file)))];
  const split = known.map((file) => file.split('/'));
  const folders = split.map((parts) => parts.slice(0, -1));
  const shortest = Math.min(known.length === 0 ? 0 : Infinity, ...folders.map((parts) => parts.length));
  let shared = 0;
  while (shared < shortest && folders.every((parts) => parts[shared] === folders[0]?.[shared])) shared++;
  const dropped = Math.max(0, shared - 1);
  return new Map(known.map((file, at) => [file, (split[at] ?? []).slice(dropped).join('/')]));
}
