import { z } from "zod";
import { codePoints } from "../../chat/code-points.ts";
import { DomainError } from "../../domain/errors.ts";
import { parseId } from "./ids.ts";

/**
 * Reads a body or a query by its schema the way Coze's SDKs need it: `null` and `""` are the same as absent,
 * everywhere; unknown keys are ignored. Throws `request_invalid` naming every field at fault.
 * Source: spec page §1.1.
 */
export function readInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DomainError("request_invalid", "the request body must be a JSON object");
  }
  const result = schema.safeParse(withoutEmpty(value));
  if (result.success) return result.data;
  const [first, ...others] = result.error.issues;
  const rest = others.map((issue) => `${issue.path.join(".")}: ${explain(issue)}`);
  throw new DomainError("request_invalid", [first === undefined ? "" : explain(first), ...rest].join("; "), {
    ...(first === undefined || first.path.length === 0 ? {} : { field: first.path.join(".") }),
  });
}

/** An id of ours; anything else reads as 0, which nothing has, so that it is not found rather than malformed. */
export function wireId<T extends number>() {
  return z.union([z.string(), z.number()], { error: "must be an id" }).transform((value) => idOf<T>(value));
}

/** An id as the caller wrote it: one that may be more than a row's. */
export const wireIdText = z
  .union([z.string().max(32), z.number()], { error: "must be an id" })
  .transform((value) => String(value));

/** The id behind what a caller wrote; 0 when it cannot be one. Also for path parameters. */
export function idOf<T extends number>(value: string | number): T {
  return parseId<T>(String(value)) ?? (0 as T);
}

/** The id of a connector as the caller wrote it. */
export const wireConnectorId = z
  .union([z.string(), z.number()], { error: "must be a connector id" })
  .transform(String)
  .pipe(z.string().max(32, { error: "longer than 32 characters" }));

/** Text of at most `limit` code points. */
export function wireText(limit: number) {
  return z
    .string()
    .refine((text) => !text.includes("\u0000"), { error: "contains the character U+0000" })
    .refine((text) => codePoints(text) <= limit, { error: `longer than ${limit} characters` })
    .transform((text) => text.toWellFormed());
}

/** An integer, or its digits. */
export const wireInteger = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ],
  { error: "must be an integer" },
);

/** `true` and `false`, also as words of a query. */
export const wireBoolean = z.union(
  [z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")],
  {
    error: "must be true or false",
  },
);

/** `page_num` from 1. */
export const pageNumber = wireInteger
  .refine((page) => page >= 1, { error: "must be at least 1" })
  .refine((page) => page <= 1_000_000, { error: "must be at most 1000000" })
  .default(1);

/** A page size: past the cap it is clamped, never refused. Source: spec page §1.1. */
export function pageSize(standard: number, most: number) {
  return wireInteger
    .refine((size) => size >= 1, { error: "must be at least 1" })
    .transform((size) => Math.min(size, most))
    .default(standard);
}

/** A page size from 1 to the cap, refused past it. Source: spec page of the callbacks §2 and §6. */
export function strictPageSize(most: number) {
  return wireInteger
    .refine((size) => size >= 1 && size <= most, { error: `must be 1 to ${most}` })
    .default(most);
}

/** Where a page begins: what `formatPageToken` wrote. */
export const wirePageToken = z.string().transform((token, context) => {
  const position = /^after:([1-9]\d{0,15})$/.exec(Buffer.from(token, "base64url").toString("latin1"))?.[1];
  if (position !== undefined && Number.isSafeInteger(Number(position))) return Number(position);
  context.addIssue({ code: "custom", message: "is none of those that lists end with" });
  return z.NEVER;
});

/** Names the last item of a page. Callers are not meant to look into it. */
export function formatPageToken(position: number): string {
  return Buffer.from(`after:${position}`).toString("base64url");
}

/** `map<string,string>`, at most 16 pairs, keys of 1 to 64 and values of at most 512. Source: spec page §5. */
export const wireMeta = z
  .record(z.string(), wireText(512))
  .refine((meta) => Object.keys(meta).length <= 16, { error: "more than 16 pairs" })
  .refine((meta) => Object.keys(meta).every((key) => key !== "" && codePoints(key) <= 64), {
    error: "a key must have 1 to 64 characters",
  })
  .refine((meta) => Object.keys(meta).every((key) => !key.includes("\u0000")), {
    error: "a key contains the character U+0000",
  });

/** Drops `null` and `""` from objects, as deep as they go; items of lists stay where they are. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== null && item !== "") kept.push([key, withoutEmpty(item)]);
  }
  return Object.fromEntries(kept);
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is required";
  if (issue.code === "invalid_type") return `must be ${issue.expected}`;
  return issue.message;
}
