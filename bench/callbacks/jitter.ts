import { Agent, request } from "undici";
import { askFor } from "../answer-shape.ts";
import type { Bench } from "../bench.ts";
import { BENCH_TOKEN } from "../processes/antiphon.ts";
import { backlog } from "./delivery.ts";
import type { Site } from "./site.ts";

const PACE_MS = 30;

export interface Jitter {
  /** Milliseconds between two pieces of an answer at its reader, of all streams, while nothing else goes on. */
  alone: number[];
  /** The same while deliveries drain. */
  draining: number[];
  deliveries: number;
  /** Deliveries per second while answers stream. */
  rate: number;
  streams: number;
}

/** How evenly answers stream while a backlog of callbacks drains. */
export async function chatJitter(bench: Bench, site: Site): Promise<Jitter> {
  const { isQuick } = bench;
  const [streams, tokens] = isQuick ? [20, 60] : [100, 300];
  const deliveries = isQuick ? 2_000 : 10_000;
  // Its conversations are told to nobody.
  const agentId = await site.newAgent();
  const streamAll = () => streamAllOf(site, agentId, { streams, tokens });
  const alone = await streamAll();
  const waiting = await backlog(site, deliveries);
  const streaming = streamAll();
  const seconds = await waiting.drain();
  return { alone, draining: await streaming, deliveries, rate: deliveries / seconds, streams };
}

async function streamAllOf(
  { server }: Site,
  agentId: string,
  { streams, tokens }: { streams: number; tokens: number },
): Promise<number[]> {
  const dispatcher = new Agent({ connections: streams });
  const all = await Promise.all(
    Array.from({ length: streams }, () =>
      streamOnce({ url: server.url, agentId, dispatcher }, askFor({ tokens, pace: PACE_MS })),
    ),
  );
  await dispatcher.destroy();
  return all.flat();
}

/** Chats once; resolves with the times between the pieces of the answer. */
async function streamOnce(
  { url, agentId, dispatcher }: { url: string; agentId: string; dispatcher: Agent },
  question: string,
): Promise<number[]> {
  const message = { role: "user", type: "question", content: question, content_type: "text" };
  const { body } = await request(`${url}/v3/chat`, {
    method: "POST",
    dispatcher,
    headers: { authorization: `Bearer ${BENCH_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ bot_id: agentId, user_id: "u1", stream: true, additional_messages: [message] }),
  });
  const gaps: number[] = [];
  let lastMs: number | undefined;
  let rest = "";
  for await (const part of body) {
    const nowMs = performance.now();
    const frames = (rest + part.toString()).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      if (!frame.startsWith("event:conversation.message.delta")) continue;
      if (lastMs !== undefined) gaps.push(nowMs - lastMs);
      lastMs = nowMs;
    }
  }
  if (gaps.length === 0) throw new Error(`the chat was no stream: ${rest.slice(0, 500)}`);
  return gaps;
}
