import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";

/**
 * Reads a body: `null` and `""` are the same as absent, unknown members are ignored. Throws `request_invalid` naming
 * the first member at fault. Source: spec page §1.1.
 */
export function readInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DomainError("request_invalid", "the request body must be a JSON object");
  }
  const result = schema.safeParse(withoutEmpty(value));
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const isMissing = first?.code === "invalid_type" && first.input === undefined;
  throw new DomainError("request_invalid", isMissing ? "is required" : (first?.message ?? "is malformed"), {
    field: first?.path.join(".") ?? "body",
  });
}

/** Digits, as a string or a number; 0, which nothing has, when it cannot be an id of ours. */
export function wireId<T extends number>() {
  return z.union([z.string(), z.number()], { error: "must be an id" }).transform((value) => idOf<T>(value));
}

/** The id behind what a caller wrote; 0 when it cannot be one. */
export function idOf<T extends number>(value: string | number): T {
  const digits = String(value);
  const id = /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : 0;
  return (Number.isSafeInteger(id) ? id : 0) as T;
}

/** A value nobody makes longer than this. */
export const wireSecret = z.string().max(8_192, "is too long");

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== "");
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutEmpty(item)]));
}
