import { createHash } from "node:crypto";
import { DomainError } from "../../domain/errors.ts";
import type { ModelCatalog } from "../../models/chat-model.ts";

/**
 * Coze knows models by decimal ids, we by names. A model's id is made of its name, so it is the same on every server
 * that has a model of that name, and stays when other models come and go: the first 6 bytes of the name's SHA-256.
 */
export function modelIdOf(name: string): string {
  return String(createHash("sha256").update(name).digest().readUIntBE(0, 6));
}

/** The configured model that a caller means by its name or its id. Throws `request_invalid` when there is none. */
export function modelNameOf({ names }: Pick<ModelCatalog, "names">, model: string): string {
  const name = names.find((candidate) => candidate === model || modelIdOf(candidate) === model);
  if (name !== undefined) return name;
  const known = names.map((candidate) => `${candidate} (${modelIdOf(candidate)})`).join(", ");
  throw new DomainError("request_invalid", `no such model; there are ${known}`, {
    field: "model_info_config.model_id",
  });
}
