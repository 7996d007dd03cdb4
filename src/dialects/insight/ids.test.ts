import fc from "fast-check";
import { expect, test } from "vitest";
import { formatUuid, parseUuid } from "./ids.ts";

const KINDS = ["agent", "conversation", "turn", "message", "node", "trigger", "knowledge-base"] as const;
const kind = fc.constantFrom(...KINDS);
const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test("an id is a UUID of version 8 that reads back in either case, and as no other kind", () => {
  fc.assert(
    fc.property(kind, id, (one, number) => {
      const text = formatUuid(one, number);
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(parseUuid(one, text)).toBe(number);
      expect(parseUuid(one, text.toUpperCase())).toBe(number);
      for (const other of KINDS) if (other !== one) expect(parseUuid(other, text)).toBeUndefined();
    }),
  );
});

test("one digit that is wrong makes it none of ours", () => {
  fc.assert(
    fc.property(kind, id, fc.nat({ max: 31 }), fc.integer({ min: 1, max: 15 }), (one, number, at, by) => {
      const digits = [...formatUuid(one, number).replaceAll("-", "")];
      digits[at] = ((Number.parseInt(digits[at] ?? "0", 16) + by) % 16).toString(16);
      const text = digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      expect(parseUuid(one, text)).toBeUndefined();
    }),
  );
});

test.each(["", "x", "f7bb8f07-dc5c-416b-88d4-c1568f923857", "00000000-0000-8000-8000-000000000000", "1"])(
  "%j is none of ours",
  (text) => {
    for (const one of KINDS) expect(parseUuid(one, text)).toBeUndefined();
  },
);

test("ids are printed as they always were", () => {
  expect(formatUuid("agent", 488215728881664)).toBe("0de03ca8-c000-8000-a90f-87cea7b2001b");
});
