import { afterAll, describe, expect, test } from "vitest";
import type { CodeResult } from "./code-sandbox.ts";
import { type CodeSandboxOptions, openCodeSandbox } from "./quickjs-sandbox.ts";

const sandbox = openCodeSandbox({ threads: 2 });
afterAll(() => sandbox.close());

const never = new AbortController().signal;

function run(code: string, input: unknown = {}, timeoutMs = 5_000, of = sandbox): Promise<CodeResult> {
  return of.run({ code, input, timeoutMs }, never);
}

async function withSandbox(
  options: CodeSandboxOptions,
  work: (own: typeof sandbox) => Promise<void>,
): Promise<void> {
  const own = openCodeSandbox(options);
  try {
    await work(own);
  } finally {
    await own.close();
  }
}

const FOREVER = "function main() { for (;;); }";
const SUM = "function main({ a, b }) { return a + b; }";

describe("code", () => {
  test.each([
    ["a function", "function main(input) { return { sum: input.a + input.b }; }"],
    ["an async function", "async function main({ a, b }) { return { sum: await Promise.resolve(a + b) }; }"],
    ["a constant", "const main = ({ a, b }) => ({ sum: a + b }); // done"],
    ["a strict script", "'use strict'; function main({ a, b }) { return { sum: a + b }; }"],
  ])("is %s named main", async (_, code) => {
    expect(await run(code, { a: 1, b: 2 })).toEqual({ output: { sum: 3 }, logs: [] });
  });

  test("is given and gives plain data, of any script", async () => {
    const input = { text: "退款 \u0000 \ud83d\ude00", list: [1.5, -0, null, true, { a: [] }], "": "empty" };
    const { output } = await run("const main = (input) => input", input);
    expect(output).toEqual(JSON.parse(JSON.stringify(input)));
  });

  test("that returns nothing gives null", async () => {
    expect((await run("function main() {}")).output).toBeNull();
    expect((await run("function main(input) { return input; }", null)).output).toBeNull();
  });

  test("has the time, in UTC, and random numbers that differ from call to call", async () => {
    const code = "function main() { return [Date.now(), new Date().getTimezoneOffset(), Math.random()]; }";
    const before = Date.now();
    const results = await Promise.all(Array.from({ length: 20 }, () => run(code)));
    const randoms = results.map(({ output }) => {
      const [now, offset, random] = output as [number, number, number];
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThanOrEqual(Date.now());
      expect(offset).toBe(0);
      expect(random).toBeGreaterThanOrEqual(0);
      expect(random).toBeLessThan(1);
      return random;
    });
    expect(new Set(randoms).size).toBe(20);
  });

  test("writes to the console, a line for each call", async () => {
    const code = `function main() {
      console.log("one", 2, { three: [3] }, undefined, null);
      console.error(new TypeError("four"));
      console.info(Symbol("five"));
    }`;
    expect((await run(code)).logs).toEqual([
      'one 2 {"three":[3]} undefined null',
      "TypeError: four",
      "Symbol(five)",
    ]);
  });
});

describe("code that fails is told why, and where", () => {
  test.each([
    [
      "a syntax error",
      "function main() {\n  return ];\n}",
      "SyntaxError: unexpected token in expression: ']' (line 2)",
    ],
    [
      "an error of its own",
      "\n\nfunction main() {\n throw new RangeError('no');\n}",
      "RangeError: no (line 4)",
    ],
    ["a property of nothing", "function main(input) {\n\n  return input.a.b;\n}", "of undefined (line 3)"],
    [
      "a rejection",
      "async function main() {\n  await null;\n  throw new Error('late');\n}",
      "Error: late (line 3)",
    ],
    ["no function main", "const other = 1;", "there is no function named main"],
    ["a value thrown", "function main() { throw { reason: 'x' }; }", '{"reason":"x"}'],
    ["a text thrown", "function main() { throw 'x'; }", "x"],
    ["nothing thrown", "function main() { throw undefined; }", "undefined"],
    [
      "no answer ever",
      "function main() { return new Promise(() => {}); }",
      "main waits for something that never comes",
    ],
    ["an export", "export default function main() {}", "SyntaxError"],
  ])("%s", async (_, code, message) => {
    await expect(run(code)).rejects.toMatchObject({
      name: "NodeError",
      code: "code_failed",
      message: expect.stringContaining(message),
    });
  });
});

describe("limits", () => {
  test("code that takes too long is stopped, and its thread replaced", async () => {
    await expect(run(FOREVER, {}, 50)).rejects.toMatchObject({
      code: "code_failed",
      message: "the code ran longer than 50 ms",
    });
    expect((await run(SUM, { a: 1, b: 2 })).output).toBe(3);
  });

  test("more than 4 MB cannot be given to code", async () => {
    await expect(run(SUM, "退".repeat(1_400_000))).rejects.toMatchObject({
      code: "code_failed",
      message: "the code was given more than 4 MB",
    });
  });

  test("calls beyond the threads wait; those beyond the queue are refused, and may be tried again", async () => {
    await withSandbox({ threads: 1, queueLimit: 2 }, async (own) => {
      const calls = [1, 2, 3].map((a) => run(SUM, { a, b: 0 }, 5_000, own));
      await expect(run(SUM, {}, 5_000, own)).rejects.toMatchObject({ code: "code_failed", isPassing: true });
      expect((await Promise.all(calls)).map(({ output }) => output)).toEqual([1, 2, 3]);
    });
  });
});

describe("cancelling", () => {
  test("ends code that runs at once, with the reason", async () => {
    const abort = new AbortController();
    const call = sandbox.run({ code: FOREVER, input: {}, timeoutMs: 60_000 }, abort.signal);
    await run(SUM, { a: 1, b: 2 });
    const reason = new Error("not needed");
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect((await run(SUM, { a: 1, b: 2 })).output).toBe(3);
  });

  test("takes a call that waits out of the queue", async () => {
    await withSandbox({ threads: 1, queueLimit: 1 }, async (own) => {
      const running = new AbortController();
      const waiting = new AbortController();
      const first = own.run({ code: FOREVER, input: {}, timeoutMs: 60_000 }, running.signal);
      const second = own.run({ code: SUM, input: {}, timeoutMs: 60_000 }, waiting.signal);
      waiting.abort(new Error("second"));
      await expect(second).rejects.toThrow("second");
      const third = run(SUM, { a: 2, b: 2 }, 5_000, own);
      running.abort(new Error("first"));
      await expect(first).rejects.toThrow("first");
      expect((await third).output).toBe(4);
    });
  });

  test("refuses a call whose signal is aborted already", async () => {
    const reason = new Error("before");
    const call = sandbox.run({ code: SUM, input: {}, timeoutMs: 1_000 }, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
  });

  test("closing ends what runs and what waits, and refuses what comes later", async () => {
    const own = openCodeSandbox({ threads: 1 });
    const calls = [FOREVER, SUM].map((code) => run(code, {}, 60_000, own));
    const failures = Promise.allSettled(calls);
    await run(SUM, { a: 1, b: 1 });
    await own.close();
    for (const outcome of await failures) expect(outcome).toMatchObject({ reason: { code: "code_failed" } });
    await expect(run(SUM, {}, 1_000, own)).rejects.toMatchObject({ code: "code_failed" });
    await own.close();
  });
});

describe("without its engine", () => {
  test.each<[string, CodeSandboxOptions]>([
    ["missing", { engineFile: "no-such-engine.wasm" }],
    ["not WebAssembly", { engineFile: import.meta.filename }],
    ["without its thread", { program: new URL("./no-such-program.ts", import.meta.url) }],
    ["broken in its thread", { program: new URL("data:text/javascript,throw new Error('broken')") }],
  ])("code fails and runs nowhere else: %s", async (_, options) => {
    await withSandbox({ threads: 1, ...options }, async (own) => {
      for (const _attempt of [1, 2]) {
        await expect(run(SUM, { a: 1, b: 2 }, 1_000, own)).rejects.toMatchObject({
          name: "NodeError",
          code: "code_failed",
          message: "the code sandbox cannot be started",
        });
      }
    });
  });
});

test("threads that ended for want of work are begun again", async () => {
  await withSandbox({ threads: 1, idleMs: 1 }, async (own) => {
    for (const a of [1, 2, 3]) {
      expect((await run(SUM, { a, b: 0 }, 5_000, own)).output).toBe(a);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
