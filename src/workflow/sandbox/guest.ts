/** Most lines and characters of what code writes to `console`; the rest is not kept. */
export const LOG_LIMIT = { lines: 1_000, characters: 65_536 } as const;

/** Most bytes of JSON that code may answer with. */
export const OUTPUT_LIMIT = 1_048_576;

/**
 * Runs inside the machine before anything else and comes to the box that the host works with: `start(code, input, seed)`, and
 * strings `state`, `answer`, `logs`. It holds on to the built-in functions that it needs, so code that replaces them
 * changes nothing for it; what the box says is nevertheless no better than what the code says, and is checked outside.
 * No function of the host is in reach of it, or of the code.
 */
export const GUEST = `(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { slice } = String.prototype;
  const text = String;
  const evaluate = eval;
  const Failure = Error;
  const cut = (value, length) => apply(slice, text(value), [0, length]);

  const describe = (error) => {
    try {
      if (typeof error !== "object" || error === null) {
        return stringify({ __proto__: null, name: "", message: cut(show(error), 1000), stack: "" });
      }
      const { name, message, stack } = error;
      return stringify({
        __proto__: null,
        name: cut(name ?? "", 100),
        message: cut(message ?? stringify(error), 1000),
        stack: cut(stack ?? "", 4000),
      });
    } catch {
      return "{}";
    }
  };

  const show = (value) => {
    try {
      if (typeof value !== "object" || value === null) return text(value);
      return value instanceof Failure ? text(value) : stringify(value);
    } catch {
      return "(cannot be shown)";
    }
  };

  const box = { __proto__: null, start: undefined, state: "pending", answer: "", logs: "" };

  let lines = 0;
  const log = (...values) => {
    if (lines === ${LOG_LIMIT.lines} || box.logs.length >= ${LOG_LIMIT.characters}) return;
    lines += 1;
    let line = "";
    for (let index = 0; index < values.length; index += 1) line += (index === 0 ? "" : " ") + show(values[index]);
    box.logs += cut(line, ${LOG_LIMIT.characters} - box.logs.length) + "\\n";
  };
  globalThis.console = { log, info: log, warn: log, error: log, debug: log };

  // The engine's own begins anew with every call. This is splitmix32.
  let random = 0;
  const { imul } = Math;
  Math.random = () => {
    random = (random + 0x9e3779b9) | 0;
    let bits = imul(random ^ (random >>> 16), 0x21f0aaad);
    bits = imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 4294967296;
  };

  const answerOf = (value) => {
    if (value === undefined) return "null";
    const json = stringify(value);
    if (json === undefined) throw new Failure("main must return data, not a " + typeof value);
    if (json.length > ${OUTPUT_LIMIT}) throw new Failure("main returned more than 1 MB");
    return json;
  };

  box.start = async (code, input, seed) => {
    try {
      random = seed;
      const main = evaluate(code + "\\n;typeof main === 'function' ? main : undefined");
      if (main === undefined) throw new Failure("there is no function named main");
      box.answer = answerOf(await main(parse(input)));
      box.state = "done";
    } catch (error) {
      box.answer = describe(error);
      box.state = "failed";
    }
  };
  return box;
})()`;
