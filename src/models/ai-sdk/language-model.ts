import type { AnthropicProvider } from "@ai-sdk/anthropic";

/** Version 4 of the language model interface that `@ai-sdk/*` packages implement. */
export type LanguageModel = ReturnType<AnthropicProvider["languageModel"]>;
export type CallOptions = Parameters<LanguageModel["doStream"]>[0];
export type StreamPart =
  Awaited<ReturnType<LanguageModel["doStream"]>>["stream"] extends ReadableStream<infer Part> ? Part : never;
export type PromptMessage = CallOptions["prompt"][number];
export type FinishPart = Extract<StreamPart, { type: "finish" }>;

/** What every provider package's factory takes. */
export interface ProviderSettings {
  apiKey: string;
  baseURL?: string;
  headers?: Record<string, string>;
  fetch: typeof globalThis.fetch;
}

/** Packages that come with the product, imported only when a configured model needs them. */
const bundled: Record<string, () => Promise<object>> = {
  "@ai-sdk/anthropic": () => import("@ai-sdk/anthropic"),
  "@ai-sdk/google": () => import("@ai-sdk/google"),
};

/** `provider` is `anthropic`, `google` or the name of an installed package. Rejects with what to do about it. */
export async function loadLanguageModel(
  provider: string,
  model: string,
  settings: ProviderSettings,
): Promise<LanguageModel> {
  const packageName = provider.startsWith("@") ? provider : `@ai-sdk/${provider}`;
  const exported = await importPackage(packageName);
  const create = factoryOf(exported, packageName);
  if (create === undefined) throw new Error(`package ${packageName} has no create… function of a provider`);
  const languageModel: unknown = providerModel(create(settings), model);
  if (isLanguageModel(languageModel)) return languageModel;
  throw new Error(
    `package ${packageName} does not speak version 4 of the language model interface; install its newest release`,
  );
}

async function importPackage(packageName: string): Promise<object> {
  try {
    return await (bundled[packageName]?.() ?? import(packageName));
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    const advice = isMissing
      ? `package ${packageName} is not installed: run "npm install ${packageName}" in the server's folder`
      : `package ${packageName} cannot be loaded`;
    throw new Error(advice, { cause });
  }
}

/** `createDeepSeek` of `@ai-sdk/deepseek`: named after the package, whatever the capitals; else the only one. */
function factoryOf(
  exported: object,
  packageName: string,
): ((settings: ProviderSettings) => unknown) | undefined {
  const factories = Object.entries(exported).filter(
    ([name, value]) => /^create[A-Z]/.test(name) && typeof value === "function",
  );
  const wanted = `create${packageName.replace(/^@[^/]+\//, "").replaceAll("-", "")}`;
  const named = factories.find(([name]) => name.toLowerCase() === wanted);
  return (named ?? (factories.length === 1 ? factories[0] : undefined))?.[1];
}

function providerModel(provider: unknown, model: string): unknown {
  const hasModels =
    (typeof provider === "object" || typeof provider === "function") &&
    provider !== null &&
    "languageModel" in provider &&
    typeof provider.languageModel === "function";
  return hasModels && typeof provider.languageModel === "function"
    ? provider.languageModel(model)
    : undefined;
}

function isLanguageModel(value: unknown): value is LanguageModel {
  return (
    typeof value === "object" &&
    value !== null &&
    "specificationVersion" in value &&
    value.specificationVersion === "v4" &&
    "doStream" in value &&
    typeof value.doStream === "function"
  );
}
