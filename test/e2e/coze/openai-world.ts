import OpenAI, { APIError } from "openai";
import type { ChatWorld } from "./chat-world.ts";

/** A tool of the caller, as requests declare it. */
export const WEATHER = {
  type: "function" as const,
  function: {
    name: "weather",
    description: "Tells the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

/** The official package, without the repetitions that would hide refusals. */
export function openAiClient(world: ChatWorld, apiKey = world.token()): OpenAI {
  return new OpenAI({ baseURL: `${world.url}/v1`, apiKey, maxRetries: 0 });
}

export function ask(text: string, model: string = "shop") {
  return { model, messages: [{ role: "user" as const, content: text }] };
}

/** What the client threw. */
export async function refusal(call: Promise<unknown>): Promise<APIError> {
  const outcome = await call.then(() => undefined).catch((error: unknown) => error);
  if (outcome instanceof APIError) return outcome;
  throw new Error(`no refusal: ${outcome}`);
}

/** What the model was asked last. */
export function lastAsked({ upstream }: ChatWorld) {
  const request = upstream.requests.at(-1);
  if (request === undefined) throw new Error("the model was not asked");
  return request;
}
