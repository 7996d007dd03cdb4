import { DomainError } from "../domain/errors.ts";
import type { Interrupt } from "../domain/workflow-run.ts";
import { sizeOf } from "./value-size.ts";

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
      return readMembers(interrupt, data);
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

function readMembers({ schema = {} }: Interrupt, data: unknown): Record<string, unknown> {
  const members = typeof data === "string" ? parseMembers(data, schema) : data;
  if (!isRecord(members)) throw invalid("must be an object");
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const missing = required.filter((name) => typeof name === "string" && members[name] === undefined);
  if (missing.length > 0) throw invalid(`lacks "${String(missing[0])}"`);
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => Object.hasOwn(properties, name) || Object.keys(properties).length === 0)
      .map(([name, value]) => [name, readMember(name, value, properties[name])]),
  );
}

/** JSON of an object, or a line `name: value` for each member; of a single member the value alone will do. */
function parseMembers(text: string, schema: Record<string, unknown>): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    try {
      return JSON.parse(trimmed);
    } catch {
      throw invalid("is no valid JSON");
    }
  }
  const names = isRecord(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  const lines = trimmed.split("\n").map((line) => /^\s*([^:：\s]+)\s*[:：]\s*(.*)$/u.exec(line));
  const members = Object.fromEntries(
    lines.flatMap((line) => {
      const name = line?.[1];
      return name !== undefined && (names.length === 0 || names.includes(name))
        ? [[name, line?.[2]?.trim()]]
        : [];
    }),
  );
  const [only] = names;
  if (Object.keys(members).length === 0 && names.length === 1 && only !== undefined)
    return { [only]: trimmed };
  return members;
}

/** Text is read as what the schema asks for. */
function readMember(name: string, value: unknown, schema: unknown): unknown {
  const type = isRecord(schema) ? schema["type"] : undefined;
  const read =
    typeof value === "string" && type !== "string" && type !== undefined ? parsed(name, value) : value;
  if (fits(read, type)) return read;
  throw invalid(`has a "${name}" that is no ${String(type)}`);
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`has a "${name}" that cannot be read`);
  }
}

function fits(value: unknown, type: unknown): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    default:
      return true;
  }
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
