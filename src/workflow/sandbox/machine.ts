import { type JSValueHandle, QuickJS } from "quickjs-wasi";
import { failureMessage } from "./failure-message.ts";
import { GUEST, LOG_LIMIT, OUTPUT_LIMIT } from "./guest.ts";
import { type Reply, type Task, timeUp } from "./machine-task.ts";

/** Most bytes that code may use. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Memory that a machine has grown to and is not given back soon. */
const LARGE_MEMORY_BYTES = 16 * 1024 * 1024;
const STACK_LIMIT_BYTES = 256 * 1024;
/** Levels of lists and objects in an answer; whoever handles it further may do so recursively. */
const DEPTH_LIMIT = 100;
/** Of WASI: there is no such file. */
const BAD_FILE = 8;

/** A JavaScript machine for one call: no files, network, environment, clock ticks or functions of ours. */
export class Machine {
  readonly #vm: QuickJS;
  readonly #memory: () => number;
  #deadline = Number.POSITIVE_INFINITY;
  #isLate = false;

  private constructor(vm: QuickJS, memory: () => number) {
    this.#vm = vm;
    this.#memory = memory;
  }

  static async open(engine: WebAssembly.Module): Promise<Machine> {
    let machine: Machine | undefined;
    let memory: WebAssembly.Memory | undefined;
    const vm = await QuickJS.create({
      wasm: engine,
      memoryLimit: MEMORY_LIMIT_BYTES,
      maxStackSize: STACK_LIMIT_BYTES,
      timezoneOffset: 0,
      interruptHandler: () => machine?.isLate() ?? false,
      wasi: (given: WebAssembly.Memory) => {
        memory = given;
        return { fd_write: () => BAD_FILE };
      },
    });
    machine = new Machine(vm, () => memory?.buffer.byteLength ?? 0);
    return machine;
  }

  /** Whether the time is up. */
  isLate(): boolean {
    this.#isLate ||= performance.now() > this.#deadline;
    return this.#isLate;
  }

  /** Can be called once. Whatever the code does ends here or, where nothing can interrupt it, with the thread. */
  run(task: Task): Reply {
    this.#deadline = performance.now() + task.timeoutMs;
    const reply = this.#attempt(task);
    const isSpent = this.#isLate || this.#memory() > LARGE_MEMORY_BYTES;
    this.#vm.dispose();
    return { ...reply, isSpent: isSpent || reply.isSpent };
  }

  #attempt(task: Task): Reply {
    const late = { isSpent: true, failure: timeUp(task) };
    try {
      const vm = this.#vm;
      const box = vm.evalCode(GUEST, "guest");
      vm.callFunction(box.getProp("start"), vm.undefined, vm.newString(task.code), vm.newString(task.input));
      vm.executePendingJobs();
      if (this.#isLate) return late;
      const answer = text(box.getProp("answer"), OUTPUT_LIMIT);
      switch (text(box.getProp("state"), 10)) {
        case "done":
          return depthOf(answer) > DEPTH_LIMIT
            ? { isSpent: false, failure: `main returned data of more than ${DEPTH_LIMIT} levels` }
            : {
                isSpent: false,
                output: answer,
                logs: logLines(text(box.getProp("logs"), 2 * LOG_LIMIT.characters)),
              };
        case "failed":
          return { isSpent: false, failure: failureMessage(answer, task.code) };
        default:
          return { isSpent: false, failure: "main waits for something that never comes" };
      }
    } catch {
      return this.#isLate
        ? late
        : { isSpent: true, failure: "the code used more memory or stack than it may" };
    }
  }
}

/** Never converts: that would run code. */
function text(handle: JSValueHandle, maxLength: number): string {
  if (!handle.isString || handle.length > maxLength) throw new Error("not a text of the box");
  return handle.toString();
}

function logLines(logs: string): string[] {
  return logs.split("\n", LOG_LIMIT.lines + 1).slice(0, -1);
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (character === '"') isInText = !isInText;
    else if (isInText) {
      if (character === "\\") index += 1;
    } else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth -= 1;
  }
  return deepest;
}
