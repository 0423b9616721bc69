import { SCHEMA, type Run } from './result';

/** What the page found in itself. */
export type Embedded =
  | { state: 'run'; run: Run; notice: string | null }
  | { state: 'empty' }
  | { state: 'broken'; what: string; next: string };

const AGAIN = 'Write the report again with antiphon run … --reporter html.';

function schemaNotice(schema: string): string | null {
  if (schema === SCHEMA) return null;
  return `This run was written as ${schema}; this page reads ${SCHEMA}. What it does not know is left out.`;
}

/** Checks only what every part of the page relies on; the rest may be absent. */
function asRun(value: unknown): Embedded {
  const run = value as Partial<Run> | null;
  const schema = run?.schema;
  if (typeof schema !== 'string' || !schema.startsWith('antiphon.result/')) {
    return { state: 'broken', what: 'The data in this file is no Antiphon result: its schema is missing.', next: AGAIN };
  }
  if (!Array.isArray(run?.scenarios) || typeof run?.summary !== 'object' || run.summary === null) {
    return { state: 'broken', what: `This run was written as ${schema}, whose scenarios this page (${SCHEMA}) cannot read.`, next: AGAIN };
  }
  if (run.scenarios.length === 0) return { state: 'empty' };
  return { state: 'run', run: run as Run, notice: schemaNotice(schema) };
}

export function readEmbedded(document: Document): Embedded {
  const tag = document.getElementById('antiphon-run');
  if (!tag) return { state: 'empty' };
  try {
    return asRun(JSON.parse(tag.textContent ?? ''));
  } catch (error) {
    const what = `The data in this file cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    return { state: 'broken', what, next: `The file may have been cut short. ${AGAIN}` };
  }
}
