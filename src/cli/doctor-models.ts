import { findLocalModels, howToUse } from "../catalog/local-servers.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";
import { type OpenModels, openModels } from "../models/catalog.ts";
import { ModelError } from "../models/chat-model.ts";
import type { Finding } from "./doctor.ts";

const PATIENCE_MS = 15_000;

/** Asks every configured model whether it is there. */
export async function* checkModels(definitions: ModelDefinition[]): AsyncGenerator<Finding> {
  let models: OpenModels;
  try {
    models = await openModels(definitions);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    yield { status: "fail", subject: "models", text, advice: ["the server does not start before that"] };
    return;
  }
  try {
    for (const definition of definitions) yield await checkModel(definition, models.find(definition.name));
  } finally {
    await models.close();
  }
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
