import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openCodeSandbox } from "./quickjs-sandbox.ts";

/** Attacks of `security-tests`, "Execution" 2 and 3, and more of each kind. */
const TIME_LIMIT_MS = 40;
/** For what is no attack on time, on a machine however busy. */
const AMPLE_MS = 10_000;

const sandbox = openCodeSandbox({ threads: 1 });
afterAll(() => sandbox.close());

function run(code: string, input: unknown = {}, timeoutMs = AMPLE_MS) {
  return sandbox.run({ code, input, timeoutMs }, new AbortController().signal);
}

/** All that a call can see, and whether it is as it was built. */
const SURROUNDINGS = `function main() {
  const seen = [];
  for (const key of Reflect.ownKeys(globalThis)) {
    const value = globalThis[key];
    if (value === null || (typeof value !== "object" && typeof value !== "function")) continue;
    for (const owner of [value, value.prototype]) {
      if (owner === undefined || owner === null) continue;
      for (const own of Reflect.ownKeys(owner)) {
        const { get, value: member } = Reflect.getOwnPropertyDescriptor(owner, own);
        seen.push(String(key) + " " + String(own) + " " + String(get ?? (typeof member === "object" ? "" : member)));
      }
    }
  }
  return seen;
}`;
let surroundings: unknown;
beforeAll(async () => {
  surroundings = (await run(SURROUNDINGS)).output;
});

afterEach(async () => {
  const { output, logs } = await run(SURROUNDINGS);
  expect(output).toEqual(surroundings);
  expect(logs).toEqual([]);
});

/** What `run` gave, or why it failed. */
async function outcome(code: string, timeoutMs?: number): Promise<unknown> {
  try {
    return (await run(code, {}, timeoutMs)).output;
  } catch (error) {
    expect(error).toMatchObject({ name: "NodeError", code: "code_failed" });
    return error instanceof Error ? error.message : "";
  }
}

describe("nothing of the host is in reach", () => {
  test("no global of Node, the web or the engine's own shell", async () => {
    const names =
      "process require module exports global Buffer fetch XMLHttpRequest WebSocket EventSource setTimeout setInterval " +
      "setImmediate clearTimeout WebAssembly Worker Atomics Deno Bun os std scriptArgs print gc load postMessage " +
      "parentPort workerData self window navigator structuredClone crypto TextEncoder URL host_call __filename __dirname";
    const found = await outcome(`function main() {
      return ${JSON.stringify(names.split(" "))}.filter((name) => name in globalThis || eval("typeof " + name) !== "undefined");
    }`);
    expect(found).toEqual([]);
  });

  test("a walk over everything from globalThis finds functions of the engine only, but for the console", async () => {
    const found = await outcome(
      `function main() {
        const seen = new Set();
        const foreign = [];
        const walk = (value, path) => {
          if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
          seen.add(value);
          const known = typeof value !== "function" || value === main || /\\[native code\\]/.test(Function.prototype.toString.call(value));
          if (!known) foreign.push(path);
          walk(Object.getPrototypeOf(value), path + ".__proto__");
          for (const key of Reflect.ownKeys(value)) {
            const { get, set, value: member } = Object.getOwnPropertyDescriptor(value, key);
            for (const next of [get, set, member]) walk(next, path + "." + String(key));
          }
        };
        walk(globalThis, "globalThis");
        for (const made of [async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), new Error("x")]) walk(made, "made");
        return [seen.size > 500, foreign.filter((path) => !path.startsWith("made") || path.includes("."))];
      }`,
    );
    expect(found).toEqual([true, ["globalThis.Math.random", "globalThis.console.log"]]);
  });

  test.each([
    ["the constructor chain", `({}).constructor.constructor("return process")()`],
    ["the constructor of main", `main.constructor("return process")()`],
    ["the constructor of the console", `console.log.constructor("return process")()`],
    ["the constructor of an argument", `input.constructor.constructor("return process")()`],
    ["names in templates", `({})[\`constr\${'uctor'}\`][\`constructor\`](\`return pro\${'cess'}\`)()`],
    ["a tagged template", "((parts) => parts.constructor.constructor)`x`('return process')()"],
    ["an async constructor", `await (async () => {}).constructor("return process")()`],
    ["a generator constructor", `(function* () {}).constructor("return process")().next().value`],
    ["an async generator constructor", `await (async function* () {}).constructor("yield process")().next()`],
    ["eval", `(0, eval)("process")`],
    ["a function called without this", `(function () { return this.process.env })()`],
  ])("%s leads to code inside only", async (_, expression) => {
    const said = await outcome(`async function main(input) { return ${expression}; }`);
    expect(said).toMatch(/process is not defined|'env' of undefined/);
  });

  test.each([
    ...["fs", "node:fs", "std", "os", "qjs:std", "bjson", "./machine.ts", "quickjs-wasi", "guest", "<input>"],
    ...["data:text/javascript,1", "file:///etc/passwd", "https://example.com/x.js", "/etc/passwd", ""],
  ])("import(%j) finds nothing", async (name) => {
    const said = await outcome(`async function main() { return await import(${JSON.stringify(name)}); }`);
    expect(said).toMatch(/could not load module|no module|not a module/i);
  });

  test.each([
    ["import", `import fs from "fs"; function main() {}`],
    ["import.meta", "function main() { return import.meta; }"],
    ["require", `function main() { return require("fs"); }`],
  ])("%s is not there", async (_, code) => {
    expect(await outcome(code)).toMatch(/^(SyntaxError|ReferenceError)/);
  });

  test.each([
    ["a stack", "return new Error('x').stack;"],
    ["a stack of an engine's own error", "try { null.x } catch (error) { return error.stack; }"],
    ["a stack too deep", "const f = () => f(); try { f() } catch (error) { return error.stack; }"],
    ["a captured stack", "const o = {}; Error.captureStackTrace(o); return o.stack;"],
    [
      "a prepared stack",
      "Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName()); return String(new Error('x').stack);",
    ],
    [
      "a failed import",
      "return import('x').catch((error) => [error.message, error.stack, ...Reflect.ownKeys(error)]);",
    ],
    [
      "a syntax error",
      "try { eval('(') } catch (error) { return [error.message, error.stack, error.fileName]; }",
    ],
    ["a function's text", "return [console.log, Math.random, main].map((f) => f.name);"],
    ["callers", "return [(() => { try { return main.caller } catch (error) { return error.message } })()];"],
  ])("%s tells no path of the host", async (_, body) => {
    const said = JSON.stringify(await outcome(`function main() { ${body} }`));
    expect(said).not.toMatch(/\/(work|home|usr|tmp|src|node_modules)|file:|\.ts|\.js|wasm|node:/);
  });

  test("call sites of a prepared stack hand out functions of the machine only", async () => {
    const said = await outcome(`function main() {
      Error.prepareStackTrace = (_, sites) => sites;
      const made = new Error("x").stack.flatMap((site) =>
        Reflect.ownKeys(Object.getPrototypeOf(site)).filter((key) => key !== "constructor" && typeof site[key] === "function").map((key) => site[key]()));
      return made.filter((one) => typeof one === "function" || (typeof one === "object" && one !== null))
        .map((one) => { try { return one.constructor.constructor("return process")() } catch (error) { return error.message } });
    }`);
    expect(said).toEqual(expect.arrayContaining(["process is not defined"]));
    expect(new Set(Array.isArray(said) ? said : [])).toEqual(new Set(["process is not defined"]));
  });
});

describe("nothing outlives its call", () => {
  test.each([
    [
      "prototypes",
      "for (const owner of [Object, Array, String, Function, Promise, Error]) owner.prototype.evil = 1; return Object.prototype.evil;",
      1,
    ],
    ["__proto__", "({}).__proto__.evil = 2; return ({}).evil;", 2],
    [
      "built-in functions",
      "JSON.stringify = () => '3'; JSON.parse = () => 4; Array.prototype.map = null; return 1;",
      1,
    ],
    ["globals", "globalThis.evil = 3; evil2 = 4; return [evil, evil2];", [3, 4]],
    [
      "frozen things",
      "for (const name of ['Object', 'Array', 'JSON']) Object.freeze(globalThis[name]); return 5;",
      5,
    ],
    [
      "symbols",
      "const key = Symbol.for('evil'); Symbol.prototype.evil = key; return Symbol.keyFor(key);",
      "evil",
    ],
    [
      "work that is still to be done",
      "Promise.resolve().then(() => Promise.resolve()).then(() => { globalThis.late = 1; console.log('late'); }); return 6;",
      6,
    ],
    [
      "what waits for the collector",
      "new FinalizationRegistry(() => { globalThis.collected = 1; console.log('collected') }).register({}, 1); globalThis.kept = new WeakRef({}); return 7;",
      7,
    ],
    ["a regular expression's memory", "/secret/.exec('a secret'); return RegExp.$1 ?? 8;", 8],
  ])("%s", async (_, body, expected) => {
    expect(await outcome(`function main() { ${body} }`)).toEqual(expected);
  });
});

const LATE = `the code ran longer than ${TIME_LIMIT_MS} ms`;

describe("what never ends is stopped in time", () => {
  test.each([
    ["a loop", "for (;;);"],
    ["a loop that catches", "for (;;) { try { for (;;); } catch {} }"],
    ["a loop in finally", "try { for (;;); } finally { for (;;); }"],
    ["a generator", "function* f() { for (;;) yield 1; } for (const _ of f());"],
    ["an array that is read on", "[...{ *[Symbol.iterator]() { for (;;) yield; } }]"],
    ["a comparator", "Array.from({ length: 50 }, (_, i) => i).sort(() => { for (;;); })"],
    ["a getter of the result", "return { get a() { for (;;); } };"],
    ["toJSON", "return { toJSON() { for (;;); } };"],
    ["a proxy as the result", "return new Proxy({}, { ownKeys() { for (;;); } });"],
    ["a thenable", "return { then() { for (;;); } };"],
    ["text of what is thrown", "throw { get message() { for (;;); } };"],
    ["text of what is logged", "console.log({ toJSON() { for (;;); } });"],
    [
      "hasInstance of what is logged",
      "Object.defineProperty(Error, Symbol.hasInstance, { value() { for (;;); } }); console.log({});",
    ],
    ["recursive promises", "const again = () => Promise.resolve().then(again); return again();"],
    [
      "promises that nobody waits for",
      "const again = () => { Promise.resolve().then(again); }; again(); return 1;",
    ],
    [
      "a flood of microtasks",
      "const again = () => { queueMicrotask(again); queueMicrotask(() => {}); }; again();",
    ],
    ["async recursion", "const again = async () => { await null; return again(); }; return again();"],
    ["awaiting in a loop", "return (async () => { for (;;) await null; })();"],
    [
      "awaiting in a loop that catches",
      "return (async () => { for (;;) { try { for (;;); } catch {} await null; } })();",
    ],
    [
      "an async generator",
      "async function* f() { for (;;) yield 1; } return (async () => { for await (const _ of f()); })();",
    ],
    ["catastrophic backtracking", "return /^(a+)+$/.test('a'.repeat(60) + 'b');"],
    ["catastrophic backtracking in replace", "return ('a'.repeat(60) + 'b').replace(/(a|a)*$/, '');"],
    ["a search in the engine's own loop", "return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);"],
    ["a join in the engine's own loop", "return Array.prototype.join.call({ length: 2 ** 53 - 1 }, '');"],
    ["a big power", "let n = 3n; for (;;) n = n * n % (2n ** 100000n);"],
    ["eval in a loop", "for (;;) eval('1');"],
    [
      "an engine's error whose text loops",
      "Object.defineProperty(InternalError.prototype, 'name', { get() { for (;;); } }); for (;;);",
    ],
  ])("%s", async (_, body) => {
    expect(await outcome(`function main() { ${body} }`, TIME_LIMIT_MS)).toBe(LATE);
  });

  test("a loop outside of main", async () => {
    expect(await outcome("for (;;); function main() {}", TIME_LIMIT_MS)).toBe(LATE);
  });
});

describe("what takes all memory is stopped", () => {
  test.each([
    ["a text of 1 GB", "return 'a'.repeat(2 ** 30);"],
    ["a text that doubles", "let text = 'ab'; for (;;) text += text;"],
    [
      "ropes",
      "let text = 'a'.repeat(1000); for (;;) { text = text + 'b' + text; if (text.length > 2 ** 29) text.charCodeAt(1); }",
    ],
    ["padding", "return 'a'.padEnd(2 ** 29, 'bc');"],
    ["an array of 1 GB", "return new Array(2 ** 27).fill(1.5);"],
    ["arrays of arrays", "const all = []; for (;;) all.push(new Array(10000).fill(all));"],
    ["a typed array of 1 GB", "return new Uint8Array(2 ** 30).length;"],
    ["many typed arrays", "const all = []; for (;;) all.push(new Float64Array(2 ** 17).fill(1));"],
    [
      "a buffer that grows",
      "const b = new ArrayBuffer(1, { maxByteLength: 2 ** 30 }); for (let n = 1; ; n *= 2) b.resize(n);",
    ],
    ["a shared buffer", "const all = []; for (;;) all.push(new SharedArrayBuffer(2 ** 20));"],
    ["a map", "const map = new Map(); for (let n = 0; ; n += 1) map.set(n, 'x' + n);"],
    ["properties", "const o = {}; for (let n = 0; ; n += 1) o['p' + n] = n;"],
    ["closures", "const all = []; for (;;) { const big = new Array(1000).fill(0); all.push(() => big); }"],
    [
      "generators",
      "const all = []; for (;;) { const g = (function* () { yield 1; })(); g.next(); all.push(g); }",
    ],
    ["promises", "const all = []; for (;;) all.push(new Promise(() => {}));"],
    ["microtasks", "for (;;) queueMicrotask(() => {});"],
    [
      "JSON with indents",
      "let o = {}; for (let n = 0; n < 200; n += 1) o = { o, p: o }; return JSON.stringify(o, null, 10);",
    ],
    ["a big integer", "return (2n ** (2n ** 40n)).toString();"],
    ["a split", "return 'a'.repeat(2 ** 25).split('');"],
    ["a regular expression", "return 'a'.repeat(2 ** 25).match(/a/g).length;"],
    ["code", "return eval('[' + '1,'.repeat(2 ** 24) + ']').length;"],
    ["a flat array", "const a = new Array(10000).fill(1); return new Array(100000).fill(a).flat().length;"],
    ["a list with a length", "const list = []; list.length = 2 ** 32 - 1; return list;"],
    [
      "a log line of 32 MB",
      "console.log('a'.repeat(2 ** 25).concat('b'.repeat(2 ** 25)));  throw new Error('out of memory');",
    ],
  ])("%s", async (_, body) => {
    const said = await outcome(`function main() { ${body} }`, 250);
    expect(said).toMatch(
      /out of memory|too (long|large)|more memory|ran longer|invalid (array |string )?(length|count)|1 MB/i,
    );
  });
});

describe("what goes too deep is stopped", () => {
  test.each([
    ["functions", "const f = () => f() + 1; return f();"],
    ["functions that catch", "const f = () => { try { return f(); } finally { f(); } }; return f();"],
    ["getters", "const o = { get a() { return this.a; } }; return o.a;"],
    ["texts of objects", "const o = { toString() { return '' + this; } }; return '' + o;"],
    ["JSON to read", "return JSON.parse('['.repeat(1e6));"],
    ["JSON to write", "let o = []; for (let n = 0; n < 1e5; n += 1) o = [o]; return o;"],
    ["proxies", "let p = {}; for (let n = 0; n < 1e5; n += 1) p = new Proxy(p, {}); return p.a;"],
    ["bound functions", "let f = () => 1; for (let n = 0; n < 1e5; n += 1) f = f.bind(null); return f();"],
    [
      "prototypes",
      "let o = {}; for (let n = 0; n < 1e5; n += 1) o = Object.create(o); return o.missing ?? 'too deep';",
    ],
    ["groups", "return new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5)).test('a');"],
    ["brackets", "return eval('('.repeat(1e5) + '1' + ')'.repeat(1e5));"],
    ["templates", `return eval('\`\${'.repeat(1e4) + '1' + '}\`'.repeat(1e4));`],
    ["arrays that hold themselves", "const a = []; a[0] = a; return a.flat(Infinity);"],
    [
      "ropes",
      "let text = 'a'; for (let n = 0; n < 1e5; n += 1) text = 'b' + text + 'c'; return text.length > 1e5 ? 'too deep' : 1;",
    ],
  ])("%s", async (_, body) => {
    const said = await outcome(`function main() { ${body} }`, 1_000);
    expect(said).toMatch(
      /stack|too deep|ran longer|out of memory|more memory|levels|too (long|large)|1 MB|nest/i,
    );
  });
});

describe("what floods the log is cut", () => {
  test("a million lines: the first thousand are kept", async () => {
    const { logs } = await run("function main() { for (let n = 0; n < 1e6; n += 1) console.log(n); }");
    expect(logs).toEqual(Array.from({ length: 1_000 }, (_, line) => String(line)));
  });

  test("long lines: 64 KB are kept", async () => {
    const { logs } = await run(
      "function main() { for (let n = 0; n < 100; n += 1) console.log('x'.repeat(10000)); }",
    );
    expect(logs.length).toBe(7);
    expect(logs.join("").length).toBeLessThanOrEqual(65_536);
    expect(logs.join("").length).toBeGreaterThan(60_000);
  });

  test("lines within lines count", async () => {
    const { logs } = await run("function main() { console.log('x\\n'.repeat(5000)); }");
    expect(logs).toEqual(Array.from({ length: 1_000 }, () => "x"));
  });
});

describe("results are data, whatever was done to make them something else", () => {
  test.each<[string, string, unknown]>([
    ["undefined", "return undefined;", null],
    ["NaN", "return [NaN, Infinity, -0];", [null, null, 0]],
    ["a date", "return new Date(0);", "1970-01-01T00:00:00.000Z"],
    ["a map", "return new Map([[1, 2]]);", {}],
    ["members that are no data", "return { a: () => 1, b: Symbol('x'), c: undefined, d: 1 };", { d: 1 }],
    ["getters", "let n = 0; return { get a() { return ++n; } };", { a: 1 }],
    [
      "a proxy",
      "return new Proxy({ a: 1 }, { get: (o, key) => key === 'toJSON' ? undefined : 'seen ' + String(key) });",
      { a: "seen a" },
    ],
    ["toJSON", "return { toJSON: () => ({ b: 2 }) };", { b: 2 }],
    ["a thenable", "return { then(done) { done({ c: 3 }); } };", { c: 3 }],
    ["a promise of a subclass", "return class extends Promise {}.resolve({ d: 4 });", { d: 4 }],
    ["raw JSON", "return JSON.rawJSON('12345678901234567890');", 12345678901234567000],
    ["lone surrogates", "return '\\ud800' + 'a' + '\\u0000';", "\ud800a\u0000"],
    [
      "other JSON functions",
      "JSON.stringify = () => 'evil'; Object.prototype.toJSON = undefined; return { e: 5 };",
      { e: 5 },
    ],
    [
      "setters for the host's own names",
      "for (const key of ['state', 'answer', 'logs', 'start']) Object.defineProperty(Object.prototype, key, { set() { throw 'caught' }, get() { return 'evil' } }); return { f: 6 };",
      { f: 6 },
    ],
    [
      "other ways to call",
      "Reflect.apply = Function.prototype.call = Function.prototype.apply = () => 'evil'; String.prototype.slice = () => 'evil'; console.log('x'); return { g: 7 };",
      { g: 7 },
    ],
    ["another then", "Promise.prototype.then = () => { throw 1 }; return Promise.resolve(8);", 8],
    [
      "a list with an index of the prototype",
      "Object.defineProperty(Array.prototype, 0, { set() { globalThis.caught = this }, configurable: true }); console.log(1); const c = typeof globalThis.caught; delete Array.prototype[0]; return c;",
      "undefined",
    ],
  ])("%s", async (_, body, expected) => {
    expect(await outcome(`function main() { ${body} }`)).toEqual(expected);
  });

  test.each([
    ["a function", "return () => 1;", "main must return data, not a function"],
    ["a symbol", "return Symbol('x');", "main must return data, not a symbol"],
    ["a big integer", "return { a: 1n };", "BigInt"],
    ["a circle", "const a = {}; a.a = a; return a;", "circular"],
    ["more than 1 MB", "return 'a'.repeat(1100000);", "main returned more than 1 MB"],
    ["more than 1 MB in UTF-8", "return '退'.repeat(400000);", "main returned more than 1 MB"],
    [
      "100 levels",
      "let o = 1; for (let n = 0; n < 101; n += 1) o = n % 2 ? [o] : { o }; return o;",
      "levels",
    ],
    ["a message of 1 MB", "throw new Error('x'.repeat(1e6));", "Error: xxx"],
  ])("%s is no result", async (_, body, expected) => {
    const said = await outcome(`function main() { ${body} }`);
    expect(said).toMatch(new RegExp(expected));
    expect(String(said).length).toBeLessThan(1_200);
  });

  test("a name that would change what an object is, is left out", async () => {
    const output = await outcome(
      `function main() { return JSON.parse('{"__proto__":{"isAdmin":true},"a":{"__proto__":1}}'); }`,
    );
    expect(output).toEqual({ a: {} });
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    expect(Object.hasOwn(output as object, "__proto__")).toBe(false);
  });
});

test("waiting for other threads is not possible", async () => {
  const said = await outcome(
    "function main() { return Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0); }",
  );
  expect(said).toMatch(/Atomics is not defined/);
});
