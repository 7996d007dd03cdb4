import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { QuickJS } from "quickjs-wasi";
import { expect, test } from "vitest";
import { withMemoryCap } from "./wasm-memory.ts";

const engine = await readFile(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));
const MEGABYTE = 1024 * 1024;

test("the memory of a capped program stays below the cap, though the engine has no limit of its own", async () => {
  const wasm = await WebAssembly.compile(withMemoryCap(engine, 8 * MEGABYTE));
  let memory: WebAssembly.Memory | undefined;
  const machine = await QuickJS.create({
    wasm,
    wasi: (given: WebAssembly.Memory) => {
      memory = given;
      return {};
    },
  });
  expect(() => machine.evalCode("const all = []; for (;;) all.push(new Uint8Array(65536))")).toThrow(
    "out of memory",
  );
  expect(memory?.buffer.byteLength).toBeGreaterThan(4 * MEGABYTE);
  expect(memory?.buffer.byteLength).toBeLessThanOrEqual(8 * MEGABYTE);
});

test.each([
  ["no program", new Uint8Array(8)],
  ["a program cut short", engine.subarray(0, 40)],
  ["one that has a cap already", withMemoryCap(engine, MEGABYTE)],
])("what cannot be capped is refused: %s", (_, program) => {
  expect(() => withMemoryCap(program, MEGABYTE)).toThrow("WebAssembly program");
});
