import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { QuickJS } from "quickjs-wasi";
import { afterEach, expect, test, vi } from "vitest";
import { Machine } from "./machine.ts";

const file = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
const engine = await WebAssembly.compile(await readFile(file));

afterEach(() => vi.restoreAllMocks());

/** A machine, and the memory that it works in. */
async function openMachine(): Promise<{ machine: Machine; memory: () => Buffer }> {
  const create = vi.spyOn(QuickJS, "create");
  const machine = await Machine.open(engine);
  const vm = await create.mock.results[0]?.value;
  return { machine, memory: () => Buffer.from(vm._getExports().memory.buffer) };
}

function run(machine: Machine, code: string, input = "{}") {
  return machine.run({ code, input, timeoutMs: 10_000 });
}

test("a machine that is used again has the memory it was made with, to the last byte", async () => {
  const { machine, memory } = await openMachine();
  const before = Buffer.from(memory());
  const code =
    "const secret = 'sesame-' + 42; function main(input) { globalThis.kept = [secret, input]; return secret }";
  expect(run(machine, code, '"open-1234"')).toMatchObject({ output: '"sesame-42"', isSpent: false });
  expect(memory().includes("sesame-42")).toBe(true);
  expect(machine.reset()).toBe(true);
  expect(memory().equals(before)).toBe(true);
  expect(run(machine, "function main() { return typeof kept + typeof secret }")).toMatchObject({
    output: '"undefinedundefined"',
  });
});

test("a machine is used a thousand times", async () => {
  const { machine, memory } = await openMachine();
  const size = memory().length;
  for (let call = 0; call < 1_000; call += 1) {
    expect(run(machine, "const main = (n) => n + 1", String(call))).toMatchObject({
      output: String(call + 1),
    });
    expect(machine.reset()).toBe(true);
  }
  expect(memory().length).toBe(size);
});

test("a machine whose memory has grown is not used again", async () => {
  const { machine } = await openMachine();
  const reply = run(machine, "function main() { return new Uint8Array(5000000).length }");
  expect(reply).toMatchObject({ output: "5000000", isSpent: false });
  expect(machine.reset()).toBe(false);
});

test("a machine whose memory has grown much ends its thread", async () => {
  const { machine } = await openMachine();
  expect(run(machine, "function main() { return new Uint8Array(50000000).length }")).toMatchObject({
    output: "50000000",
    isSpent: true,
  });
});

test("a machine whose own stack overflowed, or whose time was up, is not used again", async () => {
  for (const code of [
    "function main() { return JSON.parse('['.repeat(1e6)) }",
    "function main() { for (;;); }",
  ]) {
    const { machine } = await openMachine();
    expect(machine.run({ code, input: "{}", timeoutMs: 100 })).toMatchObject({ isSpent: true });
    expect(machine.reset()).toBe(false);
  }
});
