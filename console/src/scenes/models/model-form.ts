import type { ListedModel, ModelChange, ModelPreset, NewModel, TrialWish } from "./data.ts";

/** What is written in the form of a model. */
export interface ModelFields {
  name: string;
  provider: NonNullable<NewModel["provider"]>;
  baseUrl: string;
  model: string;
  apiKey: string;
  priceInput: number | null;
  priceOutput: number | null;
  currency: string;
  temperature: number | null;
  maxOutputTokens: number | null;
  isDefault: boolean;
  maxTokensField: ModelPreset["maxTokensField"];
}

const NOTHING: ModelFields = {
  name: "",
  provider: "openai-compatible",
  baseUrl: "",
  model: "",
  apiKey: "",
  priceInput: null,
  priceOutput: null,
  currency: "CNY",
  temperature: null,
  maxOutputTokens: null,
  isDefault: false,
  maxTokensField: null,
};

/** What is proposed for a vendor, or nothing for a server nobody knows. */
export function fieldsOfPreset(preset: ModelPreset | undefined, isDefault: boolean): ModelFields {
  if (preset === undefined) return { ...NOTHING, isDefault };
  const { id, provider, baseUrl, models, maxTokensField } = preset;
  return {
    ...NOTHING,
    name: id,
    provider,
    baseUrl: baseUrl ?? "",
    model: models[0] ?? "",
    currency: baseUrl?.includes(".cn") || baseUrl?.includes("aliyuncs") || id === "deepseek" ? "CNY" : "USD",
    isDefault,
    maxTokensField,
  };
}

/** What is known of a model that was connected; its key is not. */
export function fieldsOfModel(model: ListedModel): ModelFields {
  const { prices, parameters } = model;
  return {
    ...NOTHING,
    name: model.name,
    provider: model.provider as ModelFields["provider"],
    baseUrl: model.baseUrl ?? "",
    model: model.model ?? "",
    priceInput: prices?.input ?? null,
    priceOutput: prices?.output ?? null,
    currency: prices?.currency ?? "CNY",
    temperature: numberOf(parameters["temperature"]),
    maxOutputTokens: numberOf(parameters["maxOutputTokens"]),
    isDefault: model.isDefault,
  };
}

export function newModelOf(fields: ModelFields): NewModel {
  const { name, isDefault, provider, maxTokensField } = fields;
  return { name: name.trim(), isDefault, provider, ...maxTokens(maxTokensField), ...writtenOf(fields) };
}

/** A key that was left empty stays, and so do parameters that the form does not have. */
export function changeOf(fields: ModelFields, before: ListedModel): ModelChange {
  const { baseUrl, model, apiKey, isDefault } = fields;
  const { temperature: _, maxOutputTokens: __, ...others } = before.parameters;
  return {
    model: model.trim(),
    baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(),
    ...(apiKey !== "" && { apiKey }),
    prices: pricesOf(fields) ?? null,
    parameters: { ...others, ...parametersOf(fields) },
    ...(isDefault !== before.isDefault && { isDefault }),
  };
}

/** To try what is written; `known` is the model that is being changed. */
export function trialOf(fields: ModelFields, known: ListedModel | undefined): TrialWish {
  const { provider, maxTokensField } = fields;
  if (known !== undefined) {
    const { isDefault: _, ...change } = changeOf(fields, known);
    return { name: known.name, ...change };
  }
  return { provider, ...maxTokens(maxTokensField), ...writtenOf(fields) };
}

function writtenOf(fields: ModelFields) {
  const { baseUrl, model, apiKey } = fields;
  const prices = pricesOf(fields);
  const parameters = parametersOf(fields);
  return {
    model: model.trim(),
    ...(baseUrl.trim() !== "" && { baseUrl: baseUrl.trim() }),
    ...(apiKey !== "" && { apiKey }),
    ...(prices !== undefined && { prices }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}

function pricesOf({ priceInput, priceOutput, currency }: ModelFields) {
  if (priceInput === null || priceOutput === null) return undefined;
  return { input: priceInput, output: priceOutput, currency };
}

function parametersOf({ temperature, maxOutputTokens }: ModelFields) {
  return {
    ...(temperature !== null && { temperature }),
    ...(maxOutputTokens !== null && { maxOutputTokens }),
  };
}

function maxTokens(maxTokensField: ModelFields["maxTokensField"]) {
  return maxTokensField === null ? {} : { maxTokensField };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
