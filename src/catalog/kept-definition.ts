import { decryptSecret, encryptSecret, type SecretKey } from "../config/secrets.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";
import type { KeptModel } from "../storage/store.ts";

/** A language model that people can connect: everything but the one that only quotes. */
export type LanguageModelDefinition = Exclude<ModelDefinition, { provider: "extractive" }>;

/** The definition as it is kept: key and headers encrypted, beside the rest. */
export function sealDefinition(
  key: SecretKey,
  { apiKey, headers, timeouts: _, ...open }: LanguageModelDefinition,
): Pick<KeptModel, "name" | "definition" | "secrets"> {
  const secrets = { ...(apiKey !== undefined && { apiKey }), ...(headers !== undefined && { headers }) };
  return {
    name: open.name,
    definition: JSON.stringify(open),
    secrets: Object.keys(secrets).length === 0 ? "" : encryptSecret(key, JSON.stringify(secrets)),
  };
}

/** The definition that was kept. Throws a `SecretKeyError` when its secrets were encrypted with another key. */
export function unsealDefinition(
  key: SecretKey,
  { definition, secrets }: KeptModel,
): LanguageModelDefinition {
  const open = JSON.parse(definition);
  return secrets === "" ? open : { ...open, ...JSON.parse(decryptSecret(key, secrets)) };
}

/** The same without what is secret: readable with any key. */
export function openPart({ definition }: KeptModel): LanguageModelDefinition {
  return JSON.parse(definition);
}
