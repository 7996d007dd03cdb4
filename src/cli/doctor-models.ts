import { openPart, unsealDefinition } from "../catalog/kept-definition.ts";
import { findLocalModels, howToUse } from "../catalog/local-servers.ts";
import type { LoadedConfig } from "../config/config.ts";
import { findSecretKey, SecretKeyError } from "../config/secrets.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";
import { modelTimeouts } from "../installation.ts";
import { type OpenModels, openModels } from "../models/catalog.ts";
import { ModelError } from "../models/chat-model.ts";
import type { KeptModel } from "../storage/store.ts";
import type { Finding } from "./doctor.ts";
import { withReadStore } from "./with-store.ts";

const PATIENCE_MS = 15_000;

/** Asks every configured model whether it is there. */
export async function* checkModels(
  definitions: ModelDefinition[],
  adviceUnopened = "the server does not start before that",
): AsyncGenerator<Finding> {
  let models: OpenModels;
  try {
    models = await openModels(definitions);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    yield { status: "fail", subject: "models", text, advice: [adviceUnopened] };
    return;
  }
  try {
    for (const definition of definitions) yield await checkModel(definition, models.find(definition.name));
  } finally {
    await models.close();
  }
}

/** The same with those that people have connected, which the store keeps. Returns those that are used. */
export async function* checkKeptModels(
  loaded: LoadedConfig,
  configured: readonly ModelDefinition[],
): AsyncGenerator<Finding, ModelDefinition[]> {
  const kept = await withReadStore(loaded, ({ models }) => models.list());
  const used: ModelDefinition[] = [];
  for (const model of kept) {
    const subject = `model ${model.name}`;
    if (configured.some(({ name }) => name === model.name)) {
      const text = "was connected in the console, and one that is configured has its name";
      yield { status: "warn", subject, text, advice: ["the configured one is used in its place"] };
      continue;
    }
    try {
      used.push(await definitionOf(loaded, model));
    } catch (error) {
      if (!(error instanceof SecretKeyError)) throw error;
      const advice = ["bring back the key, or give the model its API key again in the console"];
      yield { status: "fail", subject, text: error.message, advice };
    }
  }
  for (const definition of used) yield* checkModels([definition], "no agent can use the model before that");
  return used;
}

async function definitionOf(loaded: LoadedConfig, model: KeptModel): Promise<ModelDefinition> {
  const timeouts = modelTimeouts(loaded);
  if (model.secrets === "") return { ...openPart(model), timeouts };
  const key = await findSecretKey(loaded.secrets.secretKey, loaded.config.storage.dataDirectory);
  if (key === undefined) throw new SecretKeyError("its API key is encrypted, and the secret key is gone");
  return { ...unsealDefinition(key, model), timeouts };
}

/** Model servers on this machine that nobody configured: worth knowing when there is no language model. */
export async function* checkLocalModels(
  definitions: ModelDefinition[],
  find: typeof findLocalModels = findLocalModels,
): AsyncGenerator<Finding> {
  const inUse = definitions.map((definition) => ("baseUrl" in definition ? definition.baseUrl : undefined));
  for (const server of await find()) {
    if (inUse.some((baseUrl) => baseUrl?.startsWith(server.baseUrl))) continue;
    const { environment, yaml } = howToUse(server);
    yield {
      status: "ok",
      subject: "local model",
      text: `${server.program} answers at ${server.baseUrl} with ${server.models.length} models; it is not used`,
      advice: [`to use it: ${environment}`, `or in antiphon.yaml: ${yaml}`],
    };
  }
}

async function checkModel(
  definition: ModelDefinition,
  model: ReturnType<OpenModels["find"]>,
): Promise<Finding> {
  const subject = `model ${definition.name}`;
  if (definition.provider === "extractive") {
    return { status: "ok", subject, text: "quotes what it finds, needs no server; it is no language model" };
  }
  const begun = performance.now();
  try {
    await model?.check(AbortSignal.timeout(PATIENCE_MS));
    return { status: "ok", subject, text: `answers, ${Math.round(performance.now() - begun)} ms` };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { status: "fail", subject, text, advice: modelAdvice(definition, error) };
  }
}

function modelAdvice(definition: ModelDefinition, error: unknown): string[] {
  const place = "baseUrl" in definition && definition.baseUrl !== undefined ? ` ${definition.baseUrl}` : "";
  if (!(error instanceof ModelError))
    return [`nothing came within ${PATIENCE_MS / 1_000} s; is${place} right?`];
  const said = error.detail === "" ? [] : [`it said: ${error.detail}`];
  switch (error.failure) {
    case "refused":
      return [...said, "check the API key and the model's name"];
    case "unreachable":
      return [...said, `is${place} right, and is it running?`];
    case "timeout":
    case "overloaded":
    case "broken":
      return [...said, `try again; if it stays, look at${place === "" ? " the vendor's status" : place}`];
  }
}
