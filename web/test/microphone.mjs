import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

/** Writes `file`, a WAV of 24 kHz for a microphone: silence in seconds, and texts that `program say` speaks. Answers its name. */
export async function writeSpeech(program, file, parts, voice) {
  const pieces = [];
  for (const [i, part] of parts.entries()) {
    if (typeof part === 'number') {
      pieces.push(Buffer.alloc(Math.round(part * 24000) * 2));
      continue;
    }
    const piece = file.replace(/\.wav$/, `-${i}.wav`);
    execFileSync(program, ['say', part, '--voice', voice, '-o', piece]);
    pieces.push((await readFile(piece)).subarray(44));
  }
  const data = Buffer.concat(pieces);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(24000, 24);
  head.writeUInt32LE(48000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  await writeFile(file, Buffer.concat([head, data]));
  return file;
}
