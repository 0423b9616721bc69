/** Scenario detail lies in the page as base64 of zlib, so that a run of hundreds opens at once; it is unpacked when asked for. */

import type { Scenario } from './result';

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64.trim()), (char) => char.charCodeAt(0));
}

function inflate(base64: string): Response {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser cannot unpack it; use Chrome 80, Firefox 113, Safari 16.4 or later');
  }
  return new Response(new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream('deflate')));
}

async function unpack(document: Document, index: number): Promise<Scenario> {
  const tag = document.getElementById(`antiphon-s-${index}`);
  if (!tag) throw new Error('it is not in this file');
  return JSON.parse(await inflate(tag.textContent ?? '').text()) as Scenario;
}

/** The lowest and highest sample of each step: all of the user's, then all of the agent's. null where the page holds none. */
export async function readPeaks(document: Document, index: number): Promise<Int8Array | null> {
  const tag = document.getElementById(`antiphon-p-${index}`);
  return tag ? new Int8Array(await inflate(tag.textContent ?? '').arrayBuffer()) : null;
}

/** An Ogg file; null where the page holds none. */
export function readSound(document: Document, index: number): Uint8Array<ArrayBuffer> | null {
  const tag = document.getElementById(`antiphon-a-${index}`);
  return tag ? bytesOf(tag.textContent ?? '') : null;
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
