import { z } from "zod";
import type { AgentId } from "../../domain/ids.ts";
import { wireId, wireIdText, wireText } from "./wire.ts";

/** Most and longest values of `ext`. Unverified: the vendor documents no limit. */
const EXT_LIMIT = 50;
const EXT_VALUE_LIMIT = 1_000;

/** Notes beside a run; `user_id` says for whom it is. Source: spec page §8. */
const wireExt = z
  .record(wireText(200), wireText(EXT_VALUE_LIMIT))
  .refine((values) => Object.keys(values).length <= EXT_LIMIT, { error: `more than ${EXT_LIMIT} values` })
  .default({});

const wireParameters = z.unknown().refine((value) => value === undefined || objectIn(value) !== undefined, {
  error: "must be an object, or the JSON of one",
});

/** Body of a run. Source: spec page §8. */
export const runBody = {
  workflow_id: wireId<AgentId>(),
  parameters: wireParameters.optional(),
  bot_id: wireId<AgentId>().optional(),
  app_id: wireIdText.optional(),
  ext: wireExt,
  workflow_version: wireIdText.optional(),
  connector_id: wireText(64).optional(),
};

/**
 * `parameters` as they are in the body: what a workflow is given stays as it is, and empty texts in it are values. Checked
 * by `runBody` before. Source: spec page §8.
 */
export function readParameters(body: unknown): Record<string, unknown> {
  const given =
    typeof body === "object" && body !== null && "parameters" in body ? body.parameters : undefined;
  const value = objectIn(given) ?? {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

/** An object, or the one that a text is the JSON of. */
function objectIn(value: unknown): object | undefined {
  if (typeof value === "string") return value === "" ? undefined : objectIn(parse(value));
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Undefined when it is no JSON, or the JSON of a text. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? undefined : value;
  } catch {
    return undefined;
  }
}
