import { DomainError } from "../../domain/errors.ts";
import type { Interrupt } from "../../domain/workflow-run.ts";
import { sizeOf } from "../language/value-size.ts";

const MAX_ANSWER_SIZE = 1_000_000;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What somebody says to an interrupt, as its node is told it. Throws `request_invalid` naming `data` when it does not
 * fit what is waited for.
 */
export function readAnswer(interrupt: Interrupt, data: unknown): unknown {
  if (sizeOf(data, MAX_ANSWER_SIZE) > MAX_ANSWER_SIZE) throw invalid("is too long");
  switch (interrupt.kind) {
    case "question":
      return readText(data);
    case "input":
      return readInput(data);
    case "outcome":
      return readDecision(data);
    case "delay":
      throw invalid("is not asked for: the run goes on by itself");
    case "tool":
      return data;
  }
}

function readText(data: unknown): string {
  const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
  if (text.trim() === "") throw invalid("must not be empty");
  return text;
}

/** Its node says what is wrong with it, and asks again. */
function readInput(data: unknown): unknown {
  if (isRecord(data) || (typeof data === "string" && data.trim() !== "")) return data;
  throw invalid("must be text or an object");
}

function readDecision(data: unknown): unknown {
  const given = isRecord(data) ? data : decisionIn(data);
  const decision = isRecord(given) ? given["decision"] : given;
  if (decision === "done" || decision === "repeat" || decision === "fail") return given;
  throw invalid("must be done, repeat or fail");
}

function decisionIn(data: unknown): unknown {
  if (typeof data !== "string" || !data.trim().startsWith("{")) return data;
  try {
    return JSON.parse(data);
  } catch {
    throw invalid("is no valid JSON");
  }
}

function invalid(problem: string): DomainError {
  return new DomainError("request_invalid", `the answer ${problem}`, { field: "data" });
}
