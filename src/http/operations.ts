import type { FastifyInstance } from "fastify";
import { httpLog } from "../log/logger.ts";
import { metricsText } from "../log/metrics.ts";
import { sendJson, sendText } from "./responses.ts";

/** Routes for whoever runs the server: is it alive, can it work, how is it doing. None needs a credential. */
export function addOperations(app: FastifyInstance, readiness: () => Promise<string[]>): void {
  const config = { isQuiet: true };
  app.get("/healthz", { config }, (_request, reply) => {
    sendJson(reply, { kind: "json", body: { status: "ok" } });
  });
  app.get("/readyz", { config }, async (request, reply) => {
    const reasons = await readiness().catch((error: unknown) => {
      httpLog.error({ requestId: request.id, err: error }, "readiness check failed");
      return ["the readiness check itself failed"];
    });
    const isReady = reasons.length === 0;
    const body = { status: isReady ? "ready" : "not_ready", reasons };
    sendJson(reply, { kind: "json", status: isReady ? 200 : 503, body });
  });
  app.get("/metrics", { config }, async (_request, reply) => {
    const { contentType, text } = await metricsText();
    sendText(reply, text, {
      status: 200,
      headers: { "content-type": contentType, "cache-control": "no-store" },
    });
  });
}
