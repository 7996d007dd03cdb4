import Fastify from "fastify";
import { answerToChallenge, SignatureError, verifyCozeSignature } from "../../receiver/receiver.ts";

/**
 * The server of a channel: is asked whether an agent may be published in it, and says yes unless its name holds
 * "spam". In a project of your own import from "antiphon-receiver".
 *
 *   VERIFY_TOKEN=… PORT=3000 node examples/receivers/fastify.ts
 */
const { VERIFY_TOKEN = "", PORT = "3000" } = process.env;
const app = Fastify();

// The signature is that of the bytes: they must not be parsed before it is checked.
app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) =>
  done(null, body),
);

app.post<{ Body: string }>("/coze", (request, reply) => {
  const { headers, body } = request;
  verifyCozeSignature({ headers, body, verifyToken: VERIFY_TOKEN });
  const challenge = answerToChallenge(body);
  if (challenge !== undefined) return reply.send(challenge);

  const { header, event } = JSON.parse(body);
  process.stdout.write(`${header.event_type} ${event.bot_name}\n`);
  if (header.event_type !== "bot.published") return reply.send({});
  const isSpam = event.bot_name.includes("spam");
  return reply.send({
    audit: isSpam ? { audit_status: 3, reason: "spam" } : { audit_status: 2, reason: "" },
  });
});

app.setErrorHandler((error, _request, reply) => {
  const status = error instanceof SignatureError ? 401 : 500;
  return reply.code(status).send({ error: error instanceof Error ? error.message : "failed" });
});

await app.listen({ port: Number(PORT), host: "127.0.0.1" });
process.stdout.write(`listening ${JSON.stringify(app.server.address())}\n`);
