import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";
import type { Page } from "../../storage/store.ts";

/** Reads a query or a body by its schema. Throws `request_invalid` naming the first field at fault and all of them. */
export function readInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    field: issue.path.join("."),
    message: explain(issue),
  }));
  const [first] = problems;
  const message = problems
    .map(({ field, message: text }) => (field === "" ? text : `${field}: ${text}`))
    .join("; ");
  throw new DomainError("request_invalid", message, {
    problems,
    ...(first !== undefined && first.field !== "" && { field: first.field }),
  });
}

/** How ids of ours are written: digits in a string. */
export function formatId(id: number): string {
  return String(id);
}

/** The id behind its digits; 0, which nothing has, where it cannot be one of ours: that is then not found. */
export function idOf<T extends number>(text: string | undefined): T {
  const id = /^[1-9]\d{0,15}$/.test(text ?? "") ? Number(text) : 0;
  return (Number.isSafeInteger(id) ? id : 0) as T;
}

/** An id of ours, in a query or a body. */
export function wireId<T extends number>(what: string) {
  return z
    .string({ error: "must be an id: digits in a string" })
    .transform((text) => idOf<T>(text))
    .describe(what);
}

/** Text without U+0000 of at most so many UTF-16 units; rooms below have the real limits. */
export function wireText(limit = 10_000) {
  return z
    .string({ error: "must be a text" })
    .max(limit, { error: `longer than ${limit} characters` })
    .refine((text) => !text.includes("\u0000"), { error: "contains the character U+0000" })
    .transform((text) => text.toWellFormed());
}

/** A moment, as ISO 8601 with a time zone. */
export const wireTime = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-11-21T15:00:00Z" })
  .transform((text) => new Date(text));

/** A moment in an answer: a `Date`, which JSON shows as ISO 8601 in UTC. */
export const wireMoment = z.date().meta({ type: "string", format: "date-time" });

/** One page of an answer. */
export function pageOfSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Null on the last page. */
    nextCursor: z.string().nullable(),
  });
}

/** A whole number; in a query its digits. */
export const wireInteger = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ],
  {
    error: "must be a whole number",
  },
);

const PAGE_LIMIT = 100;

/** How long a page is. */
export const pageLimit = wireInteger
  .refine((limit) => limit >= 1 && limit <= PAGE_LIMIT, { error: `must be from 1 to ${PAGE_LIMIT}` })
  .default(20)
  .describe(`Items of a page: 1 to ${PAGE_LIMIT}, 20 when absent.`);

/** Query of every list. Pages are cut by the last item, so that nothing is shown twice when others come. */
export const paging = {
  cursor: z
    .string()
    .transform((text) => idOf<number>(text))
    .refine((id) => id > 0, { error: "must be a `nextCursor` of an earlier page" })
    .describe("`nextCursor` of the page before.")
    .optional(),
  limit: pageLimit,
};

/** One page of what was read with one item more than asked for, which tells that there are more. */
export function pageOf<Item extends { id: number }, Shown>(
  items: readonly Item[],
  limit: number,
  present: (item: Item) => Shown,
): { items: Shown[]; nextCursor: string | null } {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(present),
    nextCursor: items.length > limit && last !== undefined ? formatId(last.id) : null,
  };
}

/** One page of what is counted: here a cursor is how many items came before. */
export function countedPage<Item, Shown>(
  { items, total }: Page<Item>,
  { cursor = 0, limit }: { cursor?: number | undefined; limit: number },
  present: (item: Item) => Shown,
): { items: Shown[]; nextCursor: string | null } {
  const next = cursor + limit;
  return { items: items.map(present), nextCursor: next < total ? String(next) : null };
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is required";
  if (issue.code === "unrecognized_keys") return `unknown: ${issue.keys.join(", ")}`;
  return issue.message;
}
