import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ID_EPOCH_MS, idSource } from "../../domain/ids.ts";
import { formatUlid, formatXid, parseUlid, parseXid } from "./ids.ts";

const anyId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe("HiAgent ids", () => {
  test("come back from both alphabets as they went in", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseXid("conversation", formatXid("conversation", id))).toBe(id);
        expect(parseUlid("turn", formatUlid("turn", id))).toBe(id);
      }),
    );
  });

  test("look like an xid of 20 and a ULID of 26 characters, with their time in front", () => {
    const id = idSource(0, () => ID_EPOCH_MS + 86_400_000)<number>();
    expect(formatXid("conversation", id)).toMatch(/^[0-9a-v]{20}$/);
    expect(formatUlid("turn", id)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(formatUlid("turn", id).slice(0, 10)).toBe("01JGJ4ZP00");
  });

  test("of another kind are refused", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseXid("exchange", formatXid("conversation", id))).toBeUndefined();
        expect(parseUlid("turn", formatUlid("thread", id))).toBeUndefined();
      }),
    );
  });

  test("with a character changed are refused", () => {
    const id = idSource(0)<number>();
    const printed = formatUlid("turn", id);
    const changed = printed.slice(0, 25) + (printed.endsWith("0") ? "1" : "0");
    expect(parseUlid("turn", changed)).toBeUndefined();
  });

  test("that are anything else are refused", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseUlid("turn", text)).toBeUndefined();
        expect(parseXid("conversation", text)).toBeUndefined();
      }),
    );
  });
});
