import type { ModelDefinition } from "../domain/model-definition.ts";
import { aiSdkModel } from "./ai-sdk/chat-model.ts";
import type { ChangingCatalog, ChatModel, ClosableChatModel } from "./chat-model.ts";
import { extractiveModel } from "./extractive/chat-model.ts";
import { HeldModel } from "./held-model.ts";
import { openAiCompatibleModel } from "./openai-compatible/chat-model.ts";

/** The models of an installation, with their connections. */
export interface OpenModels extends ChangingCatalog {
  /** Destroys every connection; streams still running end with an error. */
  close(): Promise<void>;
}

/**
 * Opens the configured models in the given order; the first is the default. Opens no connection yet.
 * Rejects when two have one name, or when the package a provider needs is missing, naming the model.
 */
export async function openModels(definitions: readonly ModelDefinition[]): Promise<OpenModels> {
  const configured = new Map<string, HeldModel>();
  try {
    for (const definition of definitions) {
      if (configured.has(definition.name)) throw new Error(`two models are named "${definition.name}"`);
      configured.set(definition.name, new HeldModel(definition, await openModel(definition), openModel));
    }
  } catch (error) {
    await closeAll(configured.values());
    throw error;
  }
  return new Catalog(
    configured,
    definitions.every(({ provider }) => provider === "extractive"),
  );
}

class Catalog implements OpenModels {
  readonly open = openModel;
  readonly #configured: ReadonlyMap<string, HeldModel>;
  /** Whether what is configured only stands in until there is a language model. */
  readonly #isStandIn: boolean;
  #added = new Map<string, HeldModel>();
  #defaultName: string | undefined;
  #offering: Promise<unknown> = Promise.resolve();

  constructor(configured: ReadonlyMap<string, HeldModel>, isStandIn: boolean) {
    this.#configured = configured;
    this.#isStandIn = isStandIn;
  }

  get names(): string[] {
    const [configured, added] = [[...this.#configured.keys()], [...this.#added.keys()]];
    return this.#isStandIn ? [...added, ...configured] : [...configured, ...added];
  }

  get defaultName(): string | undefined {
    const isThere = this.#defaultName !== undefined && this.#added.has(this.#defaultName);
    return isThere ? this.#defaultName : this.names[0];
  }

  find(name = this.defaultName): ChatModel | undefined {
    return name === undefined ? undefined : (this.#configured.get(name) ?? this.#added.get(name));
  }

  offer(
    definitions: readonly ModelDefinition[],
    defaultName: string | undefined,
  ): Promise<Map<string, string>> {
    const offered = this.#offering.then(() => this.#offer(definitions, defaultName));
    this.#offering = offered.catch(() => undefined);
    return offered;
  }

  close(): Promise<void> {
    return closeAll([...this.#configured.values(), ...this.#added.values()]);
  }

  async #offer(definitions: readonly ModelDefinition[], defaultName: string | undefined) {
    const problems = new Map<string, string>();
    const added = new Map<string, HeldModel>();
    for (const definition of definitions) {
      const { name } = definition;
      if (this.#configured.has(name)) {
        problems.set(name, "a model of this name is configured on the server, which is used in its place");
        continue;
      }
      const before = this.#added.get(name);
      try {
        const isSame = before?.isOf(definition) === true;
        added.set(name, isSame ? before : new HeldModel(definition, await openModel(definition), openModel));
      } catch (error) {
        problems.set(name, error instanceof Error ? error.message : String(error));
      }
    }
    const replaced = [...this.#added].filter(([name, model]) => added.get(name) !== model);
    this.#added = added;
    this.#defaultName = defaultName;
    for (const [, model] of replaced) model.letGo();
    return problems;
  }
}

async function closeAll(models: Iterable<HeldModel>): Promise<void> {
  await Promise.all([...models].map((model) => model.close()));
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
