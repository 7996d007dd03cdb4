import { failed } from "./cel-values.ts";
import type { Effort } from "./effort.ts";

/**
 * Regular expressions without a trap: matched in time that grows with text and pattern and never faster. They have
 * what RE2 has: alternatives, groups, sets, `.` `^` `$` `\b` `\d` `\w` `\s`, `*` `+` `?` `{2,5}` and their lazy forms,
 * and `(?i)` at the beginning; no references back and no looking around. By code points.
 */
export function matchesPattern(pattern: string, text: string, effort: Effort): boolean {
  const program = programOf(pattern);
  const points = program.ignoresCase ? [...text.toLowerCase()] : [...text];
  return runs(program.steps, points, effort);
}

type Step =
  | { do: "take"; takes: (point: string) => boolean }
  | { do: "split"; to: readonly number[] }
  | { do: "assert"; holds: (before: string | undefined, after: string | undefined) => boolean }
  | { do: "match" };

interface Program {
  steps: readonly Step[];
  ignoresCase: boolean;
}

const MAX_STEPS = 2_000;
const programs = new Map<string, Program>();

function programOf(pattern: string): Program {
  const known = programs.get(pattern);
  if (known !== undefined) return known;
  const program = compile(pattern);
  if (programs.size >= 500) programs.clear();
  programs.set(pattern, program);
  return program;
}

/** Every place in the program that the text so far may have led to, all at once. */
function runs(steps: readonly Step[], points: readonly string[], effort: Effort): boolean {
  let places: number[] = [];
  for (let at = 0; at <= points.length; at++) {
    const [before, after] = [points[at - 1], points[at]];
    const reached = closure(steps, [...places, 0], before, after);
    effort.spend(1 + reached.length / 4);
    places = [];
    for (const place of reached) {
      const step = steps[place];
      if (step?.do === "match") return true;
      if (step?.do === "take" && after !== undefined && step.takes(after)) places.push(place + 1);
    }
  }
  return false;
}

function closure(
  steps: readonly Step[],
  places: readonly number[],
  before: string | undefined,
  after: string | undefined,
): number[] {
  const seen = new Set<number>();
  const open = [...places];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen.has(place)) continue;
    seen.add(place);
    const step = steps[place];
    if (step?.do === "split") open.push(...step.to);
    if (step?.do === "assert" && step.holds(before, after)) open.push(place + 1);
  }
  return [...seen];
}

function compile(pattern: string): Program {
  const ignoresCase = pattern.startsWith("(?i)");
  const reader = new PatternReader(ignoresCase ? pattern.slice(4) : pattern, ignoresCase);
  const steps = flatten(reader.read());
  steps.push({ do: "match" });
  return { steps, ignoresCase };
}

type Part =
  | { is: "one"; step: Step }
  | { is: "row"; parts: readonly Part[] }
  | { is: "choice"; parts: readonly Part[] }
  | { is: "repeat"; part: Part; least: number; most: number };

function flatten(part: Part): Step[] {
  const steps: Step[] = [];
  emit(part, steps);
  return steps;
}

function emit(part: Part, steps: Step[]): void {
  if (steps.length > MAX_STEPS) throw failed("a pattern is too long");
  switch (part.is) {
    case "one":
      steps.push(part.step);
      return;
    case "row":
      for (const each of part.parts) emit(each, steps);
      if (part.parts.length === 0) steps.push({ do: "split", to: [steps.length + 1] });
      return;
    case "choice":
      emitChoice(part.parts, steps);
      return;
    case "repeat":
      emitRepeat(part, steps);
  }
}

function emitChoice(parts: readonly Part[], steps: Step[]): void {
  const ends: number[][] = [];
  for (const [index, each] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const fork: number[] = [];
    if (!isLast) {
      fork.push(steps.length + 1);
      steps.push({ do: "split", to: fork });
    }
    emit(each, steps);
    if (isLast) continue;
    const end: number[] = [];
    steps.push({ do: "split", to: end });
    ends.push(end);
    fork.push(steps.length);
  }
  for (const end of ends) end.push(steps.length);
}

function emitRepeat({ part, least, most }: Extract<Part, { is: "repeat" }>, steps: Step[]): void {
  for (let count = 0; count < least; count++) emit(part, steps);
  if (most === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const fork = [start + 1];
    steps.push({ do: "split", to: fork });
    emit(part, steps);
    steps.push({ do: "split", to: [start] });
    fork.push(steps.length);
    return;
  }
  const forks: number[][] = [];
  for (let count = least; count < most; count++) {
    const fork = [steps.length + 1];
    forks.push(fork);
    steps.push({ do: "split", to: fork });
    emit(part, steps);
  }
  for (const fork of forks) fork.push(steps.length);
}

const isWord = (point: string | undefined) => point !== undefined && /^[A-Za-z0-9_]$/.test(point);
const isDigit = (point: string) => /^[0-9]$/.test(point);
const isSpace = (point: string) => /^[\t\n\f\r ]$/.test(point);

const CLASSES: Readonly<Record<string, (point: string) => boolean>> = {
  d: isDigit,
  D: (point) => !isDigit(point),
  w: isWord,
  W: (point) => !isWord(point),
  s: isSpace,
  S: (point) => !isSpace(point),
};

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };

const MAX_DEPTH = 50;

class PatternReader {
  readonly #points: readonly string[];
  /** The text that is looked at is in lower case. */
  readonly #ignoresCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, ignoresCase: boolean) {
    this.#ignoresCase = ignoresCase;
    if (pattern.length > 1_000) throw failed("a pattern is longer than 1000 characters");
    this.#points = [...pattern];
  }

  read(): Part {
    const part = this.#choice();
    if (this.#at < this.#points.length) throw this.#broken();
    return part;
  }

  #choice(): Part {
    if (++this.#depth > MAX_DEPTH) throw failed("a pattern is nested too deep");
    const parts = [this.#row()];
    while (this.#accept("|")) parts.push(this.#row());
    this.#depth--;
    return { is: "choice", parts };
  }

  #row(): Part {
    const parts: Part[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { is: "row", parts };
  }

  #repeated(part: Part): Part {
    const range = this.#range();
    if (range === undefined) return part;
    this.#accept("?");
    if (this.#range() !== undefined) throw this.#broken();
    return { is: "repeat", part, ...range };
  }

  #range(): { least: number; most: number } | undefined {
    if (this.#accept("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#accept("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#accept("?")) return { least: 0, most: 1 };
    const rest = this.#points.slice(this.#at, this.#at + 12).join("");
    const found = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(rest);
    if (found === null) return undefined;
    const [whole, least = "", comma, most = ""] = found;
    this.#at += whole.length;
    const range = {
      least: Number(least),
      most: comma === "" ? Number(least) : most === "" ? Number.POSITIVE_INFINITY : Number(most),
    };
    if (range.least > 1_000 || range.most < range.least) throw this.#broken();
    return range;
  }

  #atom(): Part {
    const point = this.#take();
    switch (point) {
      case "(":
        return this.#group();
      case "[":
        return one(this.#set());
      case ".":
        return one((each) => each !== "\n");
      case "^":
        return assertion((before) => before === undefined);
      case "$":
        return assertion((_, after) => after === undefined);
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw this.#broken();
      default:
        return one(this.#literal(point));
    }
  }

  #literal(point: string): (each: string) => boolean {
    const looked = this.#ignoresCase ? point.toLowerCase() : point;
    return (each) => each === looked;
  }

  #group(): Part {
    if (this.#accept("?")) {
      if (!this.#accept(":")) throw failed("a pattern has a group of a kind that is not known");
    }
    const part = this.#choice();
    if (!this.#accept(")")) throw this.#broken();
    return part;
  }

  #escape(): Part {
    const point = this.#take();
    if (point === "b" || point === "B") {
      return assertion((before, after) => (isWord(before) !== isWord(after)) === (point === "b"));
    }
    return one(this.#escaped(point));
  }

  #escaped(point: string): (each: string) => boolean {
    const known = CLASSES[point];
    if (known !== undefined) return known;
    const literal = ESCAPES[point] ?? point;
    if (/^[A-Za-z0-9]$/.test(literal)) throw failed(`a pattern has \\${point}, which is not known`);
    return this.#literal(literal);
  }

  #set(): (point: string) => boolean {
    const isNegated = this.#accept("^");
    const members: ((point: string) => boolean)[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== "]"; isFirst = false) members.push(this.#member());
    this.#take();
    return (point) => members.some((isMember) => isMember(point)) !== isNegated;
  }

  #member(): (point: string) => boolean {
    const point = this.#take();
    if (point === "\\") {
      const escaped = this.#take();
      if (CLASSES[escaped] !== undefined || ESCAPES[escaped] === undefined) return this.#escaped(escaped);
      return this.#span(ESCAPES[escaped]);
    }
    return this.#span(point);
  }

  #span(first: string): (point: string) => boolean {
    if (this.#peek() !== "-" || [undefined, "]"].includes(this.#points[this.#at + 1])) {
      return this.#literal(first);
    }
    this.#take();
    const last = this.#take();
    if (last === "\\" || codeOf(last) < codeOf(first)) throw this.#broken();
    const isWithin = (point: string) => codeOf(point) >= codeOf(first) && codeOf(point) <= codeOf(last);
    if (!this.#ignoresCase) return isWithin;
    return (point) => isWithin(point) || isWithin(point.toUpperCase());
  }

  #peek(): string | undefined {
    return this.#points[this.#at];
  }

  #accept(point: string): boolean {
    if (this.#peek() !== point) return false;
    this.#at++;
    return true;
  }

  #take(): string {
    const point = this.#points[this.#at++];
    if (point === undefined) throw this.#broken();
    return point;
  }

  #broken(): Error {
    return failed("a pattern is broken");
  }
}

function one(takes: (point: string) => boolean): Part {
  return { is: "one", step: { do: "take", takes } };
}

function assertion(holds: (before: string | undefined, after: string | undefined) => boolean): Part {
  return { is: "one", step: { do: "assert", holds } };
}

function codeOf(point: string): number {
  return point.codePointAt(0) ?? 0;
}
