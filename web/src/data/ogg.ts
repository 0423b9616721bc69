/**
 * Opus out of Ogg into Apple's CAF. Safari plays Opus in Ogg from 18.4 on only, in CAF since long before; everybody else plays Ogg as it is.
 * Only files that `antiphon` wrote come here: one stream, packets of 60 ms.
 */

const SAMPLES_PER_PACKET = 2880; // 60 ms at 48 kHz

interface Opus {
  channels: number;
  /** Samples at 48 kHz that players leave out at the beginning. */
  skipped: number;
  /** Samples at 48 kHz, those included. */
  length: number;
  packets: Uint8Array[];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function readOgg(bytes: Uint8Array): Opus {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: Uint8Array[] = [];
  let pieces: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at + 27 <= bytes.length; ) {
    if (data.getUint32(at) !== 0x4f676753) throw new Error('it is no Ogg file');
    const segments = data.getUint8(at + 26);
    length = Number(data.getBigUint64(at + 6, true));
    let body = at + 27 + segments;
    for (let segment = 0; segment < segments; segment++) {
      const size = data.getUint8(at + 27 + segment);
      pieces.push(bytes.subarray(body, body + size));
      body += size;
      if (size === 255) continue;
      packets.push(joined(pieces));
      pieces = [];
    }
    at = body;
  }
  const head = packets[0];
  if (!head || head.length < 19) throw new Error('it is cut off');
  return { channels: head[9] ?? 2, skipped: (head[10] ?? 0) + 256 * (head[11] ?? 0), length, packets: packets.slice(2) };
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(12));
  [...name].forEach((letter, at) => head.setUint8(at, letter.charCodeAt(0)));
  head.setBigInt64(4, BigInt(body.length));
  return joined([new Uint8Array(head.buffer), body]);
}

function description(channels: number): Uint8Array {
  const body = new DataView(new ArrayBuffer(32));
  body.setFloat64(0, 48000);
  body.setUint32(8, 0x6f707573); // opus
  body.setUint32(20, SAMPLES_PER_PACKET);
  body.setUint32(24, channels);
  return new Uint8Array(body.buffer);
}

function layout(channels: number): Uint8Array {
  const body = new DataView(new ArrayBuffer(12));
  body.setUint32(0, channels === 1 ? (100 << 16) | 1 : (101 << 16) | 2); // mono; left, right
  return new Uint8Array(body.buffer);
}

/** Seven bits a byte, the highest first; the top bit says that another follows. */
function variable(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}

function packetTable({ packets, skipped, length }: Opus): Uint8Array {
  const head = new DataView(new ArrayBuffer(24));
  head.setBigInt64(0, BigInt(packets.length));
  head.setBigInt64(8, BigInt(Math.max(0, length - skipped)));
  head.setInt32(16, skipped);
  head.setInt32(20, Math.max(0, packets.length * SAMPLES_PER_PACKET - length));
  return joined([new Uint8Array(head.buffer), Uint8Array.from(packets.flatMap((packet) => variable(packet.length)))]);
}

export function toCaf(ogg: Uint8Array): Uint8Array<ArrayBuffer> {
  const opus = readOgg(ogg);
  const file = Uint8Array.from([0x63, 0x61, 0x66, 0x66, 0, 1, 0, 0]); // caff, version 1
  const edits = new Uint8Array(4);
  return joined([
    file,
    chunk('desc', description(opus.channels)),
    chunk('chan', layout(opus.channels)),
    chunk('pakt', packetTable(opus)),
    chunk('data', joined([edits, ...opus.packets])),
  ]);
}
