import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EndpointId, idSource } from "../domain/ids.ts";
import { ownerOf } from "./node-share.ts";

const id = fc.integer({ min: 1, max: 2 ** 53 - 1 }).map((number) => number as EndpointId);
const nodes = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { minLength: 1, maxLength: 8 });

describe("the node that looks after an endpoint", () => {
  test("is the same whatever the order in which the nodes are listed", () => {
    fc.assert(
      fc.property(id, nodes, (endpoint, there) => {
        expect(ownerOf(endpoint, [...there].reverse())).toBe(ownerOf(endpoint, there));
        expect(there).toContain(ownerOf(endpoint, there));
      }),
    );
  });

  test("changes only when it goes, or when the one that came is it", () => {
    fc.assert(
      fc.property(id, nodes, fc.integer({ min: 0, max: 63 }), (endpoint, there, other) => {
        const before = ownerOf(endpoint, there);
        const after = ownerOf(endpoint, [...new Set([...there, other])]);
        expect([before, other]).toContain(after);
        const left = there.filter((node) => node !== other);
        if (left.length > 0 && before !== other) expect(ownerOf(endpoint, left)).toBe(before);
      }),
    );
  });

  test("has its fair share of endpoints that were made one after the other", () => {
    const newId = idSource(0);
    const counts = new Map<number, number>();
    for (let index = 0; index < 3_000; index++) {
      const owner = ownerOf(newId<EndpointId>(), [0, 1, 2]);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const node of [0, 1, 2]) expect(counts.get(node)).toBeGreaterThan(800);
  });
});
