import { afterEach } from "vitest";
import { type Reply, startUpstream, type Upstream } from "../../../../test/support/upstream.ts";
import type { ClosableChatModel } from "../../chat-model.ts";
import { type OpenAiCompatibleOptions, openAiCompatibleModel } from "../chat-model.ts";

/** What the running test opened; closed after it. */
export const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** A model on an upstream of its own. */
export async function open(
  reply: Reply,
  options: Partial<OpenAiCompatibleOptions> = {},
): Promise<{ upstream: Upstream; model: ClosableChatModel }> {
  const upstream = await startUpstream({ reply });
  opened.push(upstream);
  return { upstream, model: aModel({ baseUrl: upstream.baseUrl, ...options }) };
}

/** A model that waits next to nothing before it tries again. */
export function aModel(options: Partial<OpenAiCompatibleOptions> & { baseUrl: string }): ClosableChatModel {
  const model = openAiCompatibleModel({
    name: "test",
    model: "upstream-model",
    apiKey: "sk-very-secret",
    ...options,
    retry: { baseDelayMs: 1, ...options.retry },
  });
  opened.push(model);
  return model;
}
