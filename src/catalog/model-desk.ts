import type { SecretKey } from "../config/secrets.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId } from "../domain/ids.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";
import { appLog } from "../log/logger.ts";
import type { ChangingCatalog } from "../models/chat-model.ts";
import type { KeptModel, Repositories, Store } from "../storage/store.ts";
import {
  type LanguageModelDefinition,
  openPart,
  sealDefinition,
  unsealDefinition,
} from "./kept-definition.ts";
import { type ModelTrial, tryModel } from "./try-model.ts";

/** Where a model comes from. `built-in`: it stands in until there is a language model. */
export type ModelSource = "environment" | "file" | "store" | "built-in";

/** A model of the environment or the file, which only they can change. */
export interface ConfiguredModel {
  definition: ModelDefinition;
  source: Exclude<ModelSource, "store">;
}

export interface ListedModel {
  /** Of kept ones without their secrets. */
  definition: ModelDefinition;
  source: ModelSource;
  isDefault: boolean;
  hasKey: boolean;
  /** Why it is not used although it is there. */
  problem?: string;
  /** Only of kept ones. */
  kept?: Pick<KeptModel, "creatorId" | "createdAt" | "updatedAt">;
}

export interface ModelDeskServices {
  store: Pick<Store, "models" | "settings" | "transaction" | "flushed" | "bus">;
  secretKey: SecretKey;
  models: ChangingCatalog;
  configured: readonly ConfiguredModel[];
  /** Of every kept model. */
  timeouts: LanguageModelDefinition["timeouts"];
}

/** What can be changed of a kept model; what is absent stays, `null` takes away. */
export interface ModelChange {
  baseUrl?: string | null | undefined;
  model?: string | undefined;
  apiKey?: string | null | undefined;
  prices?: LanguageModelDefinition["prices"] | null;
  parameters?: LanguageModelDefinition["parameters"] | null;
  isDefault?: boolean | undefined;
}

const TOPIC = "models.changed";
const REVISION = "models.revision";
/** Agents named where a model is still used. */
const USERS_NAMED = 5;

/** The models people have connected: kept in the store, and offered beside the configured ones on every node. */
export class ModelDesk {
  readonly #services: ModelDeskServices;
  #revision: string | undefined;
  #problems: ReadonlyMap<string, string> = new Map();
  #reading: Promise<void> = Promise.resolve();

  constructor(services: ModelDeskServices) {
    this.#services = services;
  }

  /** Offers what is kept, and hears of changes that other nodes make. Call the result to stop. */
  async open(): Promise<() => void> {
    await this.refresh();
    return this.#services.store.bus.listen(TOPIC, () => {
      this.refresh().catch((error: unknown) => appLog.warn({ err: error }, "models could not be read again"));
    });
  }

  /** Reads what is kept again, when it has changed. */
  refresh(): Promise<void> {
    const read = this.#reading.then(() => this.#refresh());
    this.#reading = read.catch(() => undefined);
    return read;
  }

  /** Configured ones first. */
  async list(): Promise<ListedModel[]> {
    await this.refresh();
    const { store, models, configured } = this.#services;
    const isDefault = (name: string) => name === models.defaultName;
    const fixed = configured.map(({ definition, source }) => ({
      definition,
      source,
      isDefault: isDefault(definition.name),
      hasKey: "apiKey" in definition && definition.apiKey !== undefined,
    }));
    const kept = (await store.models.list()).map((model): ListedModel => {
      const problem = this.#problems.get(model.name);
      return {
        definition: openPart(model),
        source: "store",
        isDefault: problem === undefined && isDefault(model.name),
        hasKey: this.#hasKey(model),
        ...(problem !== undefined && { problem }),
        kept: model,
      };
    });
    return [...fixed, ...kept];
  }

  /** Rejects with `request_invalid` when the name is taken. */
  async create(
    definition: LanguageModelDefinition,
    { by, isDefault, now }: { by: UserId; isDefault: boolean; now: Date },
  ): Promise<void> {
    const { name } = definition;
    const taken = new DomainError("request_invalid", `there is a model named ${name} already`, {
      field: "name",
    });
    if (this.#isConfigured(name)) throw taken;
    const model = {
      ...sealDefinition(this.#services.secretKey, definition),
      isDefault,
      creatorId: by,
      createdAt: now,
      updatedAt: now,
    };
    await this.#change(async ({ models }) => {
      if (!(await models.insert(model))) throw taken;
    });
  }

  /**
   * Rejects with `not_found`, or with `request_invalid` where the model is configured on the server or its key would go to
   * another host.
   */
  async change(name: string, change: ModelChange, now: Date): Promise<void> {
    await this.#change(async (repositories) => {
      const kept = await this.#keptModel(repositories, name);
      const definition = changed(unsealDefinition(this.#services.secretKey, kept), change);
      await repositories.models.save({
        ...kept,
        ...sealDefinition(this.#services.secretKey, definition),
        isDefault: change.isDefault ?? kept.isDefault,
        updatedAt: now,
      });
    });
  }

  /** Rejects as `change`, and with `request_invalid` while agents name the model, unless it is to go by `force`. */
  async remove(name: string, { force }: { force: boolean }): Promise<void> {
    await this.#change(async (repositories) => {
      await this.#keptModel(repositories, name);
      const users = force ? [] : await repositories.models.usersOf(name, USERS_NAMED);
      if (users.length > 0) {
        const agents = [...new Set(users.map((user) => user.name))].join(", ");
        throw new DomainError("request_invalid", `${name} is used by ${agents}`, { field: "force" });
      }
      await repositories.models.delete(name);
    });
  }

  /** Tries a model as it is defined here, with `change` in the place of what it says. Rejects as `change`. */
  async tryNamed(name: string, change: ModelChange, signal: AbortSignal): Promise<ModelTrial> {
    const fixed = this.#services.configured.find(({ definition }) => definition.name === name);
    if (fixed !== undefined) return tryModel(this.#services.models, fixed.definition, signal);
    const kept = await this.#keptModel(this.#services.store, name);
    return this.try(changed(unsealDefinition(this.#services.secretKey, kept), change), signal);
  }

  /** Tries a model that is not kept. */
  try(definition: LanguageModelDefinition, signal: AbortSignal): Promise<ModelTrial> {
    return tryModel(this.#services.models, { ...definition, timeouts: this.#services.timeouts }, signal);
  }

  async #change(work: (repositories: Repositories) => Promise<void>): Promise<void> {
    const { store } = this.#services;
    await store.transaction(async (repositories) => {
      // First: until the end, others who change models wait here.
      await repositories.settings.set(REVISION, crypto.randomUUID());
      await work(repositories);
    });
    await store.flushed();
    await this.refresh();
    await store.bus.tell({ topic: TOPIC, text: "" });
  }

  async #refresh(): Promise<void> {
    const { store, models, secretKey, timeouts } = this.#services;
    const revision = (await store.settings.get(REVISION)) ?? "";
    if (revision === this.#revision) return;
    const problems = new Map<string, string>();
    const definitions: ModelDefinition[] = [];
    const kept = await store.models.list();
    for (const model of kept) {
      try {
        definitions.push({ ...unsealDefinition(secretKey, model), timeouts });
      } catch (error) {
        problems.set(model.name, error instanceof Error ? error.message : String(error));
      }
    }
    const defaultName = kept.find(({ isDefault }) => isDefault)?.name;
    for (const [name, problem] of await models.offer(definitions, defaultName)) problems.set(name, problem);
    for (const [name, problem] of problems) appLog.warn({ model: name, problem }, "a model cannot be used");
    this.#problems = problems;
    this.#revision = revision;
  }

  async #keptModel({ models }: Pick<Repositories, "models">, name: string): Promise<KeptModel> {
    const kept = await models.find(name);
    if (kept !== undefined) return kept;
    if (!this.#isConfigured(name)) throw new DomainError("not_found", `there is no model named ${name}`);
    throw new DomainError(
      "request_invalid",
      `${name} is configured on the server and is changed only there`,
      {
        field: "name",
      },
    );
  }

  #isConfigured(name: string): boolean {
    return this.#services.configured.some(({ definition }) => definition.name === name);
  }

  #hasKey(model: KeptModel): boolean {
    if (model.secrets === "") return false;
    try {
      return unsealDefinition(this.#services.secretKey, model).apiKey !== undefined;
    } catch {
      // Encrypted with another key, which the problem of the model says: there is one, it just cannot be read.
      return true;
    }
  }
}

function changed(definition: LanguageModelDefinition, change: ModelChange): LanguageModelDefinition {
  const { isDefault: _, ...fields } = change;
  refuseToTakeKeyElsewhere(definition, change);
  if (definition.provider === "openai-compatible" && change.baseUrl === null) {
    throw new DomainError("request_invalid", "baseUrl: is required", { field: "baseUrl" });
  }
  const wanted = Object.entries({ ...definition, ...given(fields) }).filter(([, value]) => value !== null);
  return Object.fromEntries(wanted) as unknown as LanguageModelDefinition;
}

/** A key stays with the host that it was given for: whoever may change models need not know what was kept. */
function refuseToTakeKeyElsewhere(
  { apiKey, headers, baseUrl }: LanguageModelDefinition,
  change: ModelChange,
): void {
  const hasSecret = headers !== undefined || (apiKey !== undefined && change.apiKey === undefined);
  if (change.baseUrl === undefined || !hasSecret || hostOf(change.baseUrl) === hostOf(baseUrl)) return;
  const message = "apiKey: was given for another address, and must be given anew";
  throw new DomainError("request_invalid", message, { field: "apiKey" });
}

/** Undefined: the vendor's own. */
function hostOf(address: string | null | undefined): string | undefined {
  return address == null ? undefined : new URL(address).origin;
}

/** Without what is left out. */
function given(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
