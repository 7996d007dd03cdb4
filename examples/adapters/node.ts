import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { SignatureError, verifyStandardWebhook } from "../../receiver/receiver.ts";

/**
 * Connects an IM system to Antiphon with nothing but Node; the terminal plays the IM system. Every line that is typed,
 * such as `xiaoli: When will it be shipped?`, is a message of a contact; what the bot does is printed. In a project of
 * your own import from "antiphon-receiver".
 *
 *   ENDPOINT=im SECRET=whsec_… BOT=<botId> PORT=3000 node examples/adapters/node.ts
 */
const {
  ANTIPHON = "http://127.0.0.1:8787",
  ENDPOINT = "",
  SECRET = "",
  BOT = "",
  PORT = "3000",
} = process.env;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

/** One thing the bot wants done. */
interface Action {
  type: string;
  status: string;
  payload: Record<string, unknown>;
}

/** What this program reads of a `turn.actions` event. */
interface ActionsEvent {
  type: string;
  data: { run: { sessionId: string; actions: Action[] } };
}

const handled = new Set<string>();

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  try {
    const { id } = verifyStandardWebhook({ headers: request.headers, body, secrets: SECRET });
    // The same event may come twice. Here it is forgotten with the process; keep the ids where your data is.
    if (!handled.has(id)) carryOut(JSON.parse(body.toString("utf8")));
    handled.add(id);
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    response.writeHead(401).end(error.message);
  }
});

/** Here an IM system would be told. */
function carryOut({ type, data }: ActionsEvent): void {
  if (type !== "turn.actions") return;
  const { sessionId, actions } = data.run;
  for (const { type: action, status, payload } of actions) {
    if (status !== "send") continue;
    const what = action === "send-text-message" ? payload["text"] : `[${action}] ${JSON.stringify(payload)}`;
    process.stdout.write(`to ${sessionId}: ${what}\n`);
  }
}

/**
 * Tells Antiphon until it has understood. Every attempt at one message has the same id, so that it counts once however
 * often it arrives. A real adapter stores the message before.
 */
async function send(trigger: object): Promise<void> {
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify({ botId: BOT, triggerEvent: trigger });
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const answer = await fetch(`${ANTIPHON}/openapi/adapters/${ENDPOINT}/triggers`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signatureOf(`${id}.${timestamp}.${body}`)}`,
      },
      body,
    }).catch((error: unknown) => error);
    if (answer instanceof Response) {
      const text = await answer.text();
      const mayPass = answer.status === 429 || answer.status >= 500;
      if (!answer.ok) process.stdout.write(`refused: ${text}\n`);
      if (!mayPass) return;
    }
    await delay(waitMs);
  }
}

function signatureOf(content: string): string {
  const key = Buffer.from(SECRET.replace(/^whsec_/, ""), "base64");
  return createHmac("sha256", key).update(content).digest("base64");
}

server.listen(Number(PORT), "127.0.0.1", () => {
  process.stdout.write(`listening ${JSON.stringify(server.address())}\n`);
});

for await (const line of createInterface({ input: process.stdin })) {
  const [, contactId, text] = /^([^:]+):\s*(.+)$/.exec(line) ?? [];
  if (contactId === undefined || text === undefined) continue;
  await send({
    triggerType: "receive-text-message",
    sessionId: contactId,
    receiveTextMessage: { text, contactId, messageId: randomUUID() },
  });
}
