import { createParser } from "eventsource-parser";
import Fastify from "fastify";
import { Agent } from "undici";
import { serveParent } from "./processes/parent.ts";

/**
 * What a relay costs that does nothing else: no storage, no accounts, no limits, no log. One route takes a question,
 * asks the upstream and sends each delta on as one SSE frame. It uses the same libraries as Antiphon, each by its
 * cheapest interface.
 */
const upstreamUrl = new URL(process.argv[2] ?? "");
const agent = new Agent({ pipelining: 1 });
const app = Fastify();

app.post<{ Body: { question: string } }>("/chat", (request, reply) => {
  reply.hijack();
  const response = reply.raw;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") return;
      const text = JSON.parse(data).choices[0]?.delta.content;
      if (text) response.write(`data: ${JSON.stringify({ answer: text })}\n\n`);
    },
  });
  const decoder = new TextDecoder();
  agent.dispatch(
    {
      origin: upstreamUrl.origin,
      path: `${upstreamUrl.pathname}/chat/completions`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: upstreamBody(request.body.question),
    },
    {
      onRequestStart(controller) {
        response.once("close", () => controller.abort(new Error("the client is gone")));
        response.on("drain", () => controller.resume());
      },
      onResponseStart(_controller, status) {
        response.writeHead(status, { "content-type": "text/event-stream" });
      },
      onResponseData(controller, chunk) {
        parser.feed(decoder.decode(chunk, { stream: true }));
        if (response.writableNeedDrain) controller.pause();
      },
      onResponseEnd() {
        response.end("data: [DONE]\n\n");
      },
      onResponseError() {
        response.destroy();
      },
    },
  );
});

function upstreamBody(question: string): string {
  return JSON.stringify({
    model: "bench",
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: "system", content: "You answer the questions of a benchmark." },
      { role: "user", content: question },
    ],
  });
}

const url = await app.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
serveParent({ url }, async () => undefined);
process.once("SIGTERM", () => process.exit());
