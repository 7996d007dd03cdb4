import { describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { generatedFrames } from "./generated-frames.ts";
import type { FrameSource } from "./route.ts";

/** Reads all frames as a response does. */
async function readAll(source: FrameSource): Promise<string[]> {
  const read: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const pump = () => {
    try {
      for (let frame = source.next(); frame !== undefined; frame = source.next()) {
        if (frame === null) return resolve(read);
        read.push(frame);
      }
    } catch (error) {
      reject(error);
    }
  };
  const stop = source.subscribe(() => setImmediate(pump));
  pump();
  return promise.finally(stop);
}

describe("frames of a generator", () => {
  it("come in order, and end", async () => {
    async function* frames() {
      yield "a";
      await new Promise((resolve) => setImmediate(resolve));
      yield "b";
      yield "c";
    }
    expect(await readAll(generatedFrames(frames()))).toEqual(["a", "b", "c"]);
  });

  it("are made one ahead at most, however slow the reader is", async () => {
    let made = 0;
    async function* frames() {
      for (;;) {
        made += 1;
        yield String(made);
      }
    }
    const source = generatedFrames(frames());
    const stop = source.subscribe(() => {});
    expect(source.next()).toBeUndefined();
    await eventually(() => expect(made).toBe(1));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBe(1);
    expect(source.next()).toBe("1");
    await eventually(() => expect(made).toBe(2));
    stop();
  });

  it("end with their reader", async () => {
    let isEnded = false;
    async function* frames() {
      try {
        for (;;) yield "x";
      } finally {
        isEnded = true;
      }
    }
    const source = generatedFrames(frames());
    const stop = source.subscribe(() => {});
    source.next();
    await eventually(() => expect(source.next()).toBe("x"));
    stop();
    await eventually(() => expect(isEnded).toBe(true));
  });

  it("break off with what the generator fails with", async () => {
    async function* frames() {
      yield "a";
      throw new Error("the store is gone");
    }
    await expect(readAll(generatedFrames(frames()))).rejects.toThrow("the store is gone");
  });
});
