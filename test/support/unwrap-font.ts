import { inflateSync } from "node:zlib";

const HEADER_BYTES = 12;
const ENTRY_BYTES = 16;

/**
 * The TrueType or OpenType font inside a WOFF 1.0 file: browsers take system fonts only without their wrapping.
 * Source: W3C WOFF File Format 1.0, sections 3 to 5; OpenType, "Organization of an OpenType font".
 */
export function unwrapFont(woff: Buffer): Buffer {
  if (woff.toString("latin1", 0, 4) !== "wOFF") throw new Error("not a WOFF 1.0 file");
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * count);
  const log = Math.floor(Math.log2(count));
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(2 ** log * 16, 6);
  head.writeUInt16BE(log, 8);
  head.writeUInt16BE(count * 16 - 2 ** log * 16, 10);
  const parts = [head];
  let at = head.length;
  for (let index = 0; index < count; index++) {
    const entry = 44 + index * 20;
    const [offset, kept, whole, checksum] = [4, 8, 12, 16].map((member) => woff.readUInt32BE(entry + member));
    if (offset === undefined || kept === undefined || whole === undefined || checksum === undefined) continue;
    const bytes = woff.subarray(offset, offset + kept);
    const table = kept < whole ? inflateSync(bytes) : bytes;
    const line = HEADER_BYTES + index * ENTRY_BYTES;
    woff.copy(head, line, entry, entry + 4);
    head.writeUInt32BE(checksum, line + 4);
    head.writeUInt32BE(at, line + 8);
    head.writeUInt32BE(whole, line + 12);
    const padded = Buffer.concat([table, Buffer.alloc((4 - (whole % 4)) % 4)]);
    parts.push(padded);
    at += padded.length;
  }
  return Buffer.concat(parts);
}
