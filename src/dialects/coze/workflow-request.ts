import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import { wireId, wireIdText, wireText } from "./wire.ts";

/** Most and longest values of `ext`. Unverified: the vendor documents no limit. */
const EXT_LIMIT = 50;
const EXT_VALUE_LIMIT = 1_000;

/** Notes beside a run; `user_id` says for whom it is. Source: spec page §8. */
export const wireExt = z
  .record(wireText(200), wireText(EXT_VALUE_LIMIT))
  .refine((values) => Object.keys(values).length <= EXT_LIMIT, { error: `more than ${EXT_LIMIT} values` })
  .default({});

/** Body of a run. Source: spec page §8. */
export const runBody = {
  workflow_id: wireId<AgentId>(),
  parameters: z.unknown().optional(),
  bot_id: wireId<AgentId>().optional(),
  app_id: wireIdText.optional(),
  ext: wireExt,
  workflow_version: wireIdText.optional(),
  connector_id: wireText(64).optional(),
};

/**
 * `parameters`: an object, or its JSON. Read from the body itself, because what a workflow is given stays as it is:
 * empty texts inside it are values. Throws `request_invalid`. Source: spec page §8.
 */
export function readParameters(body: unknown): Record<string, unknown> {
  const given =
    typeof body === "object" && body !== null && "parameters" in body ? body.parameters : undefined;
  if (given === undefined || given === null || given === "") return {};
  const value = typeof given === "string" ? parse(given) : given;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid();
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid();
  }
}

function invalid(): DomainError {
  return new DomainError("request_invalid", "must be an object, or the JSON of one", { field: "parameters" });
}
