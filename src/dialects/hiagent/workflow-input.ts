import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";
import type { Interrupt } from "../../domain/workflow-run.ts";
import { httpLog } from "../../log/logger.ts";

/** Longest JSON text of a run's input or an answer, in UTF-16 units. Unverified: the vendor documents no limit. */
const INPUT_LIMIT = 1_000_000;

/**
 * `InputData` and `Input`: JSON text, or what it would come to. Which of the two is looked at later, where the
 * configuration is known. Source: spec page §9.1, §9.4.
 */
export const jsonInput = z.union(
  [
    z.string().max(INPUT_LIMIT, { error: `longer than ${INPUT_LIMIT} characters` }),
    z.record(z.string(), z.unknown()),
  ],
  {
    error: ({ input }) => {
      if (input === undefined) return "is required";
      if (typeof input === "string") return `longer than ${INPUT_LIMIT} characters`;
      return `Mismatch type string with value ${Array.isArray(input) ? "array" : typeof input}`;
    },
  },
);

export type JsonInput = z.output<typeof jsonInput>;

/** Where an input stands in a call. */
export interface InputPlace {
  field: "InputData" | "Input";
  /** True: only JSON text is accepted. */
  isStrict: boolean;
  requestId: string;
}

/** The text of an input, as it was sent; an object is logged, and refused in the live server's words where it must be. */
export function inputText(input: JsonInput | undefined, { field, isStrict, requestId }: InputPlace): string {
  if (input === undefined) return "";
  if (typeof input === "string") return input.toWellFormed();
  if (isStrict) {
    throw new DomainError("request_invalid", `Mismatch type string with value object, field ${field}`, {
      field,
    });
  }
  httpLog.info({ requestId, field }, "object in place of its json text");
  return JSON.stringify(input);
}

/** Parameters of the start node: anything that is JSON, `{}` for blank text. */
export function readInputData(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError("request_invalid", "field InputData: is not JSON", { field: "InputData" });
  }
}

/**
 * What `Input` says to the interrupt: the vendor's clients send `{"query": "…"}` whatever is asked, so that a question
 * gets its text; what asks for values by name gets the object. Text that is no such JSON is the answer itself.
 * Source: spec page §9.4.
 */
export function readAnswer(text: string, interrupt: Interrupt): unknown {
  const value = parsed(text);
  if (interrupt.kind === "tool") return text;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
  const query: unknown = Reflect.get(value, "query");
  const isOnlyQuery = typeof query === "string" && Object.keys(value).length === 1;
  if (interrupt.kind === "question") return typeof query === "string" ? query : text;
  return isOnlyQuery && !asksFor(interrupt, "query") ? query : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asksFor({ schema }: Interrupt, name: string): boolean {
  const properties: unknown = schema?.["properties"];
  return typeof properties === "object" && properties !== null && Object.hasOwn(properties, name);
}
