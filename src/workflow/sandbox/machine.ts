import { Intrinsics, type JSValueHandle, QuickJS } from "quickjs-wasi";
import { failureMessage } from "./failure-message.ts";
import { GUEST, LOG_LIMIT, OUTPUT_LIMIT } from "./guest.ts";
import { type Reply, type Task, timeUp, type Verdict } from "./machine-task.ts";

/** Most bytes that code may use. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Memory that a machine has grown to and is not given back soon. */
const LARGE_MEMORY_BYTES = 16 * 1024 * 1024;
const STACK_LIMIT_BYTES = 256 * 1024;
/** What a call may use before the memory must grow, and the machine be made anew. */
const HEADROOM_BYTES = 512 * 1024;
/** Levels of lists and objects in an answer; whoever handles it further may do so recursively. */
const DEPTH_LIMIT = 100;
/** Of WASI: there is no such file. */
const BAD_FILE = 8;

interface Clock {
  deadline: number;
  /** The deadline passed while code ran. */
  isLate: boolean;
}

/**
 * A JavaScript machine without files, network, environment or functions of ours. After each call all its memory is made
 * what it was before: nothing of a call outlives it, and a new machine costs twenty times as much.
 */
export class Machine {
  readonly #vm: QuickJS;
  readonly #memory: WebAssembly.Memory;
  readonly #box: JSValueHandle;
  readonly #start: JSValueHandle;
  /** The memory before the first call. With the stack pointer, which every call leaves as it was, that is all state. */
  readonly #image: Uint8Array;
  readonly #clock: Clock;
  #isBroken = false;

  private constructor(vm: QuickJS, memory: WebAssembly.Memory, clock: Clock) {
    this.#vm = vm;
    this.#memory = memory;
    this.#clock = clock;
    this.#box = vm.evalCode(GUEST, "guest");
    this.#start = this.#box.getProp("start");
    vm.newString(" ".repeat(HEADROOM_BYTES)).dispose();
    // The library makes it when it is first asked for, and keeps where it is.
    if (!vm.undefined.isUndefined) throw new Error("the machine is not what it should be");
    this.#image = new Uint8Array(memory.buffer).slice();
  }

  static async open(engine: WebAssembly.Module): Promise<Machine> {
    const clock: Clock = { deadline: Number.POSITIVE_INFINITY, isLate: false };
    let memory: WebAssembly.Memory | undefined;
    const vm = await QuickJS.create({
      wasm: engine,
      memoryLimit: MEMORY_LIMIT_BYTES,
      maxStackSize: STACK_LIMIT_BYTES,
      timezoneOffset: 0,
      // Its origin would tell when the machine was made.
      intrinsics: Intrinsics.ALL & ~Intrinsics.PERFORMANCE,
      interruptHandler: () => {
        clock.isLate ||= performance.now() > clock.deadline;
        return clock.isLate;
      },
      wasi: (given: WebAssembly.Memory) => {
        memory = given;
        return { fd_write: () => BAD_FILE };
      },
    });
    if (memory === undefined) throw new Error("the machine has no memory");
    return new Machine(vm, memory, clock);
  }

  /** Whatever the code does ends here or, where the engine cannot be interrupted, with the thread. */
  run(task: Task): Reply {
    this.#clock.deadline = performance.now() + task.timeoutMs;
    const verdict = this.#attempt(task);
    if (this.#clock.isLate) return { failure: timeUp(task), isSpent: true };
    return { ...verdict, isSpent: this.#isBroken || this.#memory.buffer.byteLength > LARGE_MEMORY_BYTES };
  }

  /** Forgets the last call. False: it must not be used again. */
  reset(): boolean {
    const memory = new Uint8Array(this.#memory.buffer);
    if (this.#isBroken || this.#clock.isLate || memory.length !== this.#image.length) return false;
    memory.set(this.#image);
    return true;
  }

  #attempt({ code, input }: Task): Verdict {
    const vm = this.#vm;
    const box = this.#box;
    try {
      const [seed] = crypto.getRandomValues(new Uint32Array(1));
      vm.callFunction(
        this.#start,
        vm.undefined,
        vm.newString(code),
        vm.newString(input),
        vm.newNumber(seed ?? 0),
      );
      vm.executePendingJobs();
      const answer = text(box.getProp("answer"), OUTPUT_LIMIT);
      switch (text(box.getProp("state"), 10)) {
        case "done":
          if (Buffer.byteLength(answer) > OUTPUT_LIMIT) return { failure: "main returned more than 1 MB" };
          if (depthOf(answer) > DEPTH_LIMIT)
            return { failure: `main returned data of more than ${DEPTH_LIMIT} levels` };
          return { output: answer, logs: logLines(text(box.getProp("logs"), 2 * LOG_LIMIT.characters)) };
        case "failed":
          return { failure: failureMessage(answer, code) };
        default:
          return { failure: "main waits for something that never comes" };
      }
    } catch {
      this.#isBroken = true;
      return { failure: "the code used more memory or stack than it may" };
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
