import { z } from "zod";
import { codePoints } from "../../chat/code-points.ts";
import { DomainError } from "../../domain/errors.ts";
import { type IdKind, parseUuid } from "./ids.ts";

/** One thing that is wrong with a request, as callers see it. Source: spec page of Insight §8.1, `details`. */
export interface InputProblem {
  field: string;
  rule: string;
  message: string;
}

/** A request that cannot be understood, with everything that is wrong in it. */
export class InputError extends DomainError {
  override readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    const [first] = problems;
    const isTooLong = problems.every(({ rule }) => rule === TOO_LONG);
    super(
      isTooLong ? "content_too_long" : "request_invalid",
      problems.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; "),
      first === undefined || first.field === "" ? {} : { field: first.field },
    );
    this.problems = problems;
  }
}

const TOO_LONG = "max_length";
const REQUIRED = "is required";
/** What is told of one request: callers can make any number of mistakes, at any place. */
const MOST_PROBLEMS = 50;
const LONGEST_FIELD = 200;

/**
 * Reads a body or a query by its schema. Unknown members are ignored, `null` members of the outermost object are the
 * same as absent ones. Throws an `InputError`. Source: spec page of Insight §8.
 */
export function readInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError([{ field: "", rule: "object", message: "the request body must be a JSON object" }]);
  }
  const given = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.slice(0, MOST_PROBLEMS).map(toProblem));
}

function toProblem(issue: z.core.$ZodIssue): InputProblem {
  const field = issue.path.join(".").slice(0, LONGEST_FIELD);
  const isMissing = issue.message === REQUIRED || /received undefined$/.test(issue.message);
  if (isMissing) return { field, rule: "required", message: REQUIRED };
  const rule: unknown = issue.code === "custom" ? issue.params?.["rule"] : issue.code;
  const isPlain = issue.code === "invalid_type" && issue.message.startsWith("Invalid input");
  const message = isPlain ? `must be ${issue.expected}` : issue.message;
  return { field, rule: typeof rule === "string" ? rule : "invalid", message };
}

/** What a schema says of the wrong type, or of nothing at all. */
function expected(what: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? REQUIRED : `must be ${what}`) };
}

/** Text of at most `limit` code points; longer text is `CONTENT_TOO_LONG`. */
export function wireText(limit: number) {
  return z
    .string(expected("a string"))
    .refine((text) => !text.includes("\u0000"), { error: "contains the character U+0000" })
    .refine((text) => codePoints(text) <= limit, {
      error: `longer than ${limit} characters`,
      params: { rule: TOO_LONG },
    })
    .transform((text) => text.toWellFormed());
}

/** A string that the caller chose, of 1 to `limit` characters. */
export function wireName(limit: number) {
  return z
    .string(expected("a string"))
    .min(1, { error: "must not be empty" })
    .max(limit, { error: `longer than ${limit} characters` })
    .refine((text) => !text.includes("\u0000"), { error: "contains the character U+0000" })
    .transform((text) => text.toWellFormed());
}

/** Source: spec page of Insight §8, "Ids". */
export const wireSessionId = wireName(128).describe("The session; any string, made when it is new.");

/** `botId` as it was written; `callableAgent` finds out whose it is. */
export const wireBotId = wireName(64).describe("The agent's id, as `antiphon agent list` prints it.");

/** An id of ours; anything else reads as 0, which nothing has, so that it is not found rather than malformed. */
export function wireUuid<T extends number>(kind: IdKind) {
  return wireName(64).transform((text) => parseUuid<T>(kind, text) ?? (0 as T));
}

/** Milliseconds since the Unix epoch, as a number or its digits. Source: spec page of Insight §8, "Time". */
export const wireTime = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ],
    expected("a time in milliseconds since 1970"),
  )
  .refine((ms) => ms >= 0 && ms <= MAX_TIME_MS, { error: "is no time of this calendar" })
  .transform((ms) => new Date(ms));

/** The last millisecond of the year 9999. */
const MAX_TIME_MS = 253_402_300_799_999;

/** A whole number, or its digits. */
export function wireInteger(least: number, most: number) {
  return z
    .union(
      [
        z.int(),
        z
          .string()
          .regex(/^-?\d{1,15}$/)
          .transform(Number),
      ],
      expected("a whole number"),
    )
    .refine((value) => value >= least && value <= most, { error: `must be ${least} to ${most}` });
}

/** `true` and `false`, also as words of a query. */
export const wireBoolean = z.union(
  [z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")],
  expected("true or false"),
);

const MOST_PAGES = 1_000_000;
const LARGEST_PAGE = 200;
const USUAL_PAGE = 10;

/** Query of every list; `pageOf` makes one of the two names of the page. Source: spec page of Insight §8. */
export const paging = {
  page: wireInteger(1, MOST_PAGES).describe("Counts from 1; 1 when absent.").optional(),
  current: wireInteger(1, MOST_PAGES).describe("Another name of `page`.").optional(),
  pageSize: wireInteger(1, LARGEST_PAGE)
    .default(USUAL_PAGE)
    .describe(`Items of a page: 1 to ${LARGEST_PAGE}, ${USUAL_PAGE} when absent.`),
};

/** What of a list is asked for. */
export interface PageRequest {
  current: number;
  pageSize: number;
  /** Items before the page. */
  offset: number;
}

export function pageOf(query: {
  page?: number | undefined;
  current?: number | undefined;
  pageSize: number;
}): PageRequest {
  const current = query.page ?? query.current ?? 1;
  return { current, pageSize: query.pageSize, offset: (current - 1) * query.pageSize };
}
