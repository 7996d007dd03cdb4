const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const PAGE_BYTES = 65_536;

/**
 * The same WebAssembly program with a memory that cannot grow beyond `maxBytes`, whatever the program does. Throws where
 * it has not exactly one memory of its own, without a maximum.
 */
export function withMemoryCap(program: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  let at = HEADER_BYTES;
  while (at < program.length) {
    const start = at;
    const id = program[at];
    const size = readNumber(program, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY_SECTION) {
      const count = readNumber(program, size.next);
      const flags = readNumber(program, count.next);
      const minimum = readNumber(program, flags.next);
      if (count.value !== 1 || flags.value !== 0 || minimum.next !== end) break;
      const pages = Math.floor(maxBytes / PAGE_BYTES);
      const body = [1, 1, ...numberBytes(minimum.value), ...numberBytes(pages)];
      const section = Uint8Array.from([MEMORY_SECTION, ...numberBytes(body.length), ...body]);
      return Buffer.concat([program.subarray(0, start), section, program.subarray(end)]);
    }
    at = end;
  }
  throw new Error("the memory of the WebAssembly program cannot be capped");
}

/** LEB128, unsigned. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  throw new Error("the WebAssembly program is not complete");
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...numberBytes(Math.floor(value / 0x80))];
}
