interface Props {
  title: string;
  lines: readonly string[];
  /** Address of the run, where there is one. */
  way?: string;
}

/** A page without content: what is missing, and what to do. */
export function Blank({ title, lines, way }: Props) {
  return (
    <main class="blank" id="main" tabIndex={-1}>
      <h1>{title}</h1>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {way !== undefined && (
        <p>
          <a href={way}>All scenarios of this run</a>
        </p>
      )}
    </main>
  );
}
