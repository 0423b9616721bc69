/** Scenario detail lies in the page as base64 of zlib, so that a run of hundreds opens at once; it is unpacked when asked for. */

import type { Scenario } from './result';

async function inflate(base64: string): Promise<string> {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser cannot unpack it; use Chrome 80, Firefox 113, Safari 16.4 or later');
  }
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).text();
}

async function unpack(document: Document, index: number): Promise<Scenario> {
  const tag = document.getElementById(`antiphon-s-${index}`);
  if (!tag) throw new Error('it is not in this file');
  return JSON.parse(await inflate((tag.textContent ?? '').trim())) as Scenario;
}

/** Unpacks scenarios by their place in the file and keeps the latest few. */
export class PackedScenarios {
  private readonly recent = new Map<number, Promise<Scenario>>();

  constructor(
    private readonly document: Document,
    private readonly keep = 20,
  ) {}

  /** Rejects with a reason for people when the detail is missing or broken. */
  open(index: number): Promise<Scenario> {
    const known = this.recent.get(index) ?? unpack(this.document, index);
    this.recent.delete(index);
    this.recent.set(index, known);
    for (const oldest of this.recent.keys()) {
      if (this.recent.size <= this.keep) break;
      this.recent.delete(oldest);
    }
    return known;
  }

  /** The text of a scenario without keeping it. */
  async textOf(index: number): Promise<string> {
    const scenario = await (this.recent.get(index) ?? unpack(this.document, index));
    return (scenario.messages ?? []).map((message) => JSON.stringify([message.content, message.tool_calls])).join('\n');
  }
}
