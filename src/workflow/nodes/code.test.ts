import { afterAll, describe, expect, test } from "vitest";
import { openCodeSandbox } from "../sandbox/quickjs-sandbox.ts";
import { type CallOptions, describeNode, outputsOf, runNode } from "../testing/node-call.ts";

const sandbox = openCodeSandbox({ threads: 1 });
afterAll(() => sandbox.close());

const node = (
  code: string,
  outputs: object = { sum: { type: "integer" } },
  inputs: Record<string, unknown> = {},
) => ({
  id: "code",
  type: "code",
  code,
  outputs,
  inputs,
});
const options = (more: CallOptions = {}): CallOptions => ({ services: { sandbox }, ...more });

test("main is called with the inputs, and what it writes to its console is kept", async () => {
  const code = "function main({ a, b }) { console.log('adding', a); return { sum: a + b, other: 1 }; }";
  expect(
    await outputsOf(
      node(code, undefined, { a: 1, b: { ref: "start.b" } }),
      options({ scope: { start: { b: 2 } } }),
    ),
  ).toEqual({
    sum: 3,
    logs: ["adding 1"],
  });
});

test("an input that is code is data", async () => {
  const text = "'); throw new Error('run'); ('";
  const code = "function main({ text }) { return { sum: text.length }; }";
  expect(await outputsOf(node(code, undefined, { text: { value: text } }), options())).toMatchObject({
    sum: text.length,
  });
});

test("without a declared output it may give anything, which is dropped", async () => {
  expect(await outputsOf(node("function main() { return { a: 1 }; }", {}), options())).toEqual({ logs: [] });
});

describe("fails", () => {
  test.each([
    ["that throws", "function main() { throw new Error('no'); }", /no/],
    ["that is no JavaScript", "function main( {", /./],
    ["without main", "const a = 1;", /main/],
    ["that gives no object", "function main() { return [1]; }", /must give an object/],
    ["that gives nothing", "function main() {}", /must give an object/],
    ["that leaves an output out", "function main() { return { other: 1 }; }", /gives no `sum`/],
    [
      "that gives another type",
      "function main() { return { sum: 'three' }; }",
      /`sum` must be a whole number, not text/,
    ],
    ["that gives what every object has", "function main() { return {}; }", /gives no `sum`/],
    ["that looks for Node", "function main() { return { sum: process.pid }; }", /process/],
  ])("code %s", async (_, code, message) => {
    await expect(outputsOf(node(code), options())).rejects.toMatchObject({
      code: "code_failed",
      message: expect.stringMatching(message),
    });
  });

  test("code that never ends, when its time is up", async () => {
    const endless = { ...node("function main() { for (;;); }"), timeoutSeconds: 0.2 };
    await expect(outputsOf(endless, options())).rejects.toMatchObject({ code: "code_failed" });
  });
});

test("without a sandbox it fails, and runs nowhere else", async () => {
  const { outcome } = runNode(node("function main() { return { sum: 1 }; }"), {});
  await expect(outcome).rejects.toThrow("this test has no sandbox");
});

test("aborting ends it at once", async () => {
  const controller = new AbortController();
  const { outcome } = runNode(node("function main() { for (;;); }"), options({ signal: controller.signal }));
  controller.abort(new Error("stop"));
  await expect(outcome).rejects.toThrow("stop");
});

test("the name of its console is no output of its own", () => {
  expect(describeNode(node("x", { logs: { type: "string" } })).problems).toEqual([
    expect.objectContaining({ field: "outputs.logs" }),
  ]);
});

test.each([
  ["return { sum: 1 };", [{ field: "code", message: "must define `function main(inputs) { … }`" }]],
  [
    "export default function other() {}",
    [{ field: "code", message: "must define `function main(inputs) { … }`" }],
  ],
  ["if (main == 1) {}", [{ field: "code", message: "must define `function main(inputs) { … }`" }]],
  ["async function main() {}", []],
  ["const main = async ({ a }) => ({ a });", []],
  ["var f = 1;\nfunction   main(a) {}", []],
])("whether there is a main is told before it runs: %s", (code, problems) => {
  expect(describeNode(node(code)).problems).toEqual(problems);
});
