import { z } from "zod";
import type { LanguageModelDefinition } from "../../catalog/kept-definition.ts";
import { findLocalModels } from "../../catalog/local-servers.ts";
import type { ListedModel, ModelDesk } from "../../catalog/model-desk.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Store } from "../../storage/store.ts";
import { MODEL_PRESETS } from "./model-presets.ts";
import { type Operation, operation } from "./operation.ts";
import { isOfInstallation, requirePlace } from "./reach.ts";
import { wireMoment, wireText } from "./wire.ts";

const PROVIDERS = ["openai-compatible", "anthropic", "google"] as const;
const URL_LIMIT = 2_000;
const KEY_LIMIT = 2_000;

const baseUrl = wireText(URL_LIMIT)
  .refine(isWebAddress, { error: "must be an address that begins with http:// or https://" })
  .describe("Address of its server, up to and without `/chat/completions`. Needed for `openai-compatible`.");
const vendorModel = wireText(200)
  .refine(isNotEmpty, { error: "must not be empty" })
  .describe("The vendor's name of it.");
const apiKey = wireText(KEY_LIMIT)
  .refine((text) => /^[\x21-\x7e]+$/.test(text), {
    error: "must be letters, digits and signs, without spaces",
  })
  .describe("Kept encrypted, never shown again.");
const prices = z
  .strictObject({
    input: z.number().min(0).max(1_000_000),
    output: z.number().min(0).max(1_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/, { error: "must be a currency code such as CNY" }),
  })
  .describe("Money per million tokens; turns then show what they cost.");
const parameters = z
  .strictObject({
    temperature: z.number().min(0).max(2).exactOptional(),
    topP: z.number().min(0).max(1).exactOptional(),
    maxOutputTokens: z.int().min(1).max(1_000_000).exactOptional(),
    presencePenalty: z.number().min(-2).max(2).exactOptional(),
    frequencyPenalty: z.number().min(-2).max(2).exactOptional(),
  })
  .describe("Used where an agent leaves a parameter out.");

const definition = {
  provider: z
    .enum(PROVIDERS, { error: `must be one of ${PROVIDERS.join(", ")}` })
    .default("openai-compatible")
    .describe("How to talk to it."),
  baseUrl: baseUrl.optional(),
  model: vendorModel,
  apiKey: apiKey.optional(),
  prices: prices.optional(),
  parameters: parameters.optional(),
  maxTokensField: z
    .enum(["max_tokens", "max_completion_tokens"])
    .optional()
    .describe("Name of the field with the output limit; only of `openai-compatible`."),
};

const change = {
  baseUrl: baseUrl.nullable().optional(),
  model: vendorModel.optional(),
  apiKey: apiKey.nullable().optional(),
  prices: prices.nullable().optional(),
  parameters: parameters.nullable().optional(),
};

const name = wireText(100)
  .refine((text) => text.trim() === text && isNotEmpty(text), { error: "must be 1 to 100 characters" })
  .describe("What agents call it by; unique in the installation, and stays.");

const shownModel = z.object({
  name: z.string(),
  provider: z.string(),
  /** Null: of the one that only quotes. */
  model: z.string().nullable(),
  baseUrl: z.string().nullable(),
  source: z.enum(["environment", "file", "store", "built-in"]),
  isDefault: z.boolean(),
  hasKey: z.boolean(),
  prices: z.object({ input: z.number(), output: z.number(), currency: z.string() }).nullable(),
  parameters: z.record(z.string(), z.unknown()),
  /** Why it is not used although it is there. */
  problem: z.string().nullable(),
  createdAt: wireMoment.nullable(),
  updatedAt: wireMoment.nullable(),
});

const trialAnswer = z.object({
  ok: z.boolean(),
  /** Until the answer was over, or until it failed. */
  latencyMs: z.number(),
  firstTokenMs: z.number().nullable(),
  error: z
    .object({
      failure: z.string(),
      message: z.string(),
      /** The vendor's own words. */
      detail: z.string(),
      status: z.number().nullable(),
      requestId: z.string().nullable(),
    })
    .nullable(),
});

/** Models of the installation: members see them, its owner connects and changes them. */
export const modelOperations: Operation[] = [
  operation({
    route: "GET /models",
    permission: "viewModels",
    role: "viewer",
    summary: "models of the installation, the configured ones first; never their keys",
    answer: z.object({
      items: z.array(shownModel),
      nextCursor: z.string().nullable(),
      /** Whether the caller may change them. */
      canManage: z.boolean(),
    }),
    async run({ services, caller }) {
      requirePlace(caller, undefined, "viewer");
      const items = (await services.modelDesk.list()).map(present);
      const canManage = await isOfInstallation(services.store, caller, "owner");
      return { items, nextCursor: null, canManage };
    },
  }),
  operation({
    route: "POST /models",
    permission: "manageModels",
    role: "owner",
    summary: "connect a model; for owners of the oldest workspace",
    body: {
      name,
      isDefault: z.boolean().default(false).describe("For agents that name no model."),
      ...definition,
    },
    answer: shownModel,
    async run({ services, caller, body: { isDefault, ...body } }) {
      await requireInstallationOwner(services.store, caller);
      const wanted = definitionOf(body);
      await services.modelDesk.create(wanted, { by: caller.user.id, isDefault, now: new Date() });
      return shown(services.modelDesk, body.name);
    },
  }),
  operation({
    route: "PATCH /models/:name",
    permission: "manageModels",
    role: "owner",
    summary:
      "change what is given of a model that was connected here; `null` takes it away; for owners of the oldest workspace",
    body: {
      ...change,
      isDefault: z.boolean().optional().describe("False: the first configured one is again."),
    },
    answer: shownModel,
    async run({ services, caller, params, body }) {
      await requireInstallationOwner(services.store, caller);
      const wanted = params["name"] ?? "";
      await services.modelDesk.change(wanted, body, new Date());
      return shown(services.modelDesk, wanted);
    },
  }),
  operation({
    route: "DELETE /models/:name",
    permission: "manageModels",
    role: "owner",
    summary:
      "forget a model that was connected here; refused while an agent names it in its draft or live version; for owners of the oldest workspace",
    query: {
      force: z
        .enum(["true", "false"])
        .default("false")
        .transform((text) => text === "true")
        .describe("`true`: also while agents name it; their turns then fail."),
    },
    answer: z.object({}),
    async run({ services, caller, params, query: { force } }) {
      await requireInstallationOwner(services.store, caller);
      await services.modelDesk.remove(params["name"] ?? "", { force });
      return {};
    },
  }),
  operation({
    route: "POST /models/test",
    permission: "manageModels",
    role: "owner",
    summary:
      "ask a model for one token: one that is not kept, or one that is, with what is given in the place of what it says; for owners of the oldest workspace",
    body: {
      ...change,
      name: wireText(100).optional().describe("A model that there is. Absent: one is described here."),
      provider: definition.provider.optional(),
      maxTokensField: definition.maxTokensField,
    },
    answer: trialAnswer,
    async run({ services, caller, body, signal }) {
      await requireInstallationOwner(services.store, caller);
      const { name: known, provider, maxTokensField, ...rest } = body;
      const { modelDesk } = services;
      if (known !== undefined) return presentTrial(await modelDesk.tryNamed(known, rest, signal));
      const wanted = definitionOf({ ...withoutNulls(rest), name: "tried", provider, maxTokensField });
      return presentTrial(await modelDesk.try(wanted, signal));
    },
  }),
  operation({
    route: "GET /model-presets",
    permission: "viewModels",
    role: "viewer",
    summary: "vendors and servers that are connected most, with what their documentation says",
    answer: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          provider: z.enum(PROVIDERS),
          baseUrl: z.string().nullable(),
          otherBaseUrls: z.array(z.string()),
          keyUrl: z.string().nullable(),
          models: z.array(z.string()),
          isLocal: z.boolean(),
          maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]).nullable(),
        }),
      ),
      nextCursor: z.string().nullable(),
    }),
    async run({ caller }) {
      requirePlace(caller, undefined, "viewer");
      const items = MODEL_PRESETS.map((preset) => ({
        ...preset,
        maxTokensField: preset.maxTokensField ?? null,
      }));
      return { items, nextCursor: null };
    },
  }),
  operation({
    route: "GET /local-model-servers",
    permission: "manageModels",
    role: "owner",
    summary:
      "model servers that answer on the usual ports of the server's own machine; for owners of the oldest workspace",
    answer: z.object({
      items: z.array(z.object({ program: z.string(), baseUrl: z.string(), models: z.array(z.string()) })),
      nextCursor: z.string().nullable(),
    }),
    async run({ services, caller }) {
      await requireInstallationOwner(services.store, caller);
      return { items: await findLocalModels(), nextCursor: null };
    },
  }),
];

/** Models belong to the installation: they are for the owners of its first workspace. */
async function requireInstallationOwner(
  store: Pick<Store, "workspaces">,
  caller: TokenCaller,
): Promise<void> {
  if (await isOfInstallation(store, caller, "owner")) return;
  throw new DomainError("permission_denied", "this is for owners of the installation's oldest workspace");
}

interface WrittenDefinition {
  name: string;
  provider?: (typeof PROVIDERS)[number] | undefined;
  baseUrl?: string | undefined;
  model?: string | undefined;
  apiKey?: string | undefined;
  prices?: LanguageModelDefinition["prices"];
  parameters?: LanguageModelDefinition["parameters"];
  maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
}

/** Throws `request_invalid` naming what its provider needs and is not there. */
function definitionOf(written: WrittenDefinition): LanguageModelDefinition {
  const { provider = "openai-compatible", model, baseUrl: address, maxTokensField, ...common } = written;
  if (model === undefined) throw new DomainError("request_invalid", "model: is required", { field: "model" });
  if (provider !== "openai-compatible") return { ...common, provider, model, baseUrl: address };
  if (address === undefined) {
    throw new DomainError("request_invalid", "baseUrl: is required", { field: "baseUrl" });
  }
  return { ...common, provider, model, baseUrl: address, maxTokensField };
}

function withoutNulls<Fields extends object>(fields: Fields) {
  const there = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(there) as { [Key in keyof Fields]: Exclude<Fields[Key], null> };
}

async function shown(desk: ModelDesk, wanted: string) {
  const model = (await desk.list()).find(({ definition: { name: found } }) => found === wanted);
  if (model === undefined) throw new DomainError("not_found", `there is no model named ${wanted}`);
  return present(model);
}

function present({ definition: found, source, isDefault, hasKey, problem, kept }: ListedModel) {
  const isLanguageModel = found.provider !== "extractive";
  return {
    name: found.name,
    provider: found.provider,
    model: isLanguageModel ? found.model : null,
    baseUrl: isLanguageModel ? (found.baseUrl ?? null) : null,
    source,
    isDefault,
    hasKey,
    prices: (isLanguageModel && found.prices) || null,
    parameters: { ...(isLanguageModel && found.parameters) },
    problem: problem ?? null,
    createdAt: kept?.createdAt ?? null,
    updatedAt: kept?.updatedAt ?? null,
  };
}

function presentTrial(trial: Awaited<ReturnType<ModelDesk["try"]>>) {
  if (trial.ok) return { ...trial, error: null };
  const { status = null, requestId = null, ...error } = trial.error;
  return {
    ok: false,
    latencyMs: trial.latencyMs,
    firstTokenMs: null,
    error: { ...error, status, requestId },
  };
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

function isNotEmpty(text: string): boolean {
  return text.trim() !== "";
}
