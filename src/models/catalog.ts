import type { ModelDefinition } from "../domain/model-definition.ts";
import { aiSdkModel } from "./ai-sdk/chat-model.ts";
import type { ChatModel, ClosableChatModel, ModelCatalog } from "./chat-model.ts";
import { extractiveModel } from "./extractive/chat-model.ts";
import { openAiCompatibleModel } from "./openai-compatible/chat-model.ts";

/** The configured models, with their connections. */
export interface OpenModels extends ModelCatalog {
  /** Destroys every connection; streams still running end with an error. */
  close(): Promise<void>;
}

/**
 * Opens the models in the given order; the first is the default. Opens no connection yet.
 * Rejects when two have one name, or when the package a provider needs is missing, naming the model.
 */
export async function openModels(definitions: readonly ModelDefinition[]): Promise<OpenModels> {
  const models = new Map<string, ChatModel>();
  const closable: ClosableChatModel[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(closable.splice(0).map((model) => model.close()));
  };
  try {
    for (const definition of definitions) {
      if (models.has(definition.name)) throw new Error(`two models are named "${definition.name}"`);
      const model = await openModel(definition);
      models.set(definition.name, model);
      if (isClosable(model)) closable.push(model);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const names = [...models.keys()];
  return {
    names,
    find: (name) => models.get(name ?? names[0] ?? ""),
    close,
  };
}

async function openModel(definition: ModelDefinition): Promise<ChatModel | ClosableChatModel> {
  switch (definition.provider) {
    case "extractive":
      return extractiveModel(definition);
    case "openai-compatible":
      return openAiCompatibleModel({ ...definition, retry: retryOf(definition.retries) });
    default:
      try {
        return await aiSdkModel({ ...definition, retry: retryOf(definition.retries) });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`model "${definition.name}": ${reason}`, { cause });
      }
  }
}

function retryOf(retries: number | undefined): { retries: number } | undefined {
  return retries === undefined ? undefined : { retries };
}

function isClosable(model: ChatModel | ClosableChatModel): model is ClosableChatModel {
  return "close" in model;
}
