import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { CommandFailure } from "./failure.ts";
import { answerTo, type Verdict } from "./listen-answer.ts";
import { memberOf, parsed } from "./listen-content.ts";
import { checkSignature, type Signature } from "./listen-signature.ts";
import { dim, printable, type Terminal } from "./terminal.ts";

export interface ListenOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** What the server of a channel says of an agent that wants to be published there. */
  verdict: Verdict;
  reason: string;
  /** Verify tokens of callback apps. Empty: signatures of theirs are not checked. */
  tokens: readonly string[];
  /** Secrets of endpoints, `whsec_…`. Empty: signatures of theirs are not checked. */
  secrets: readonly string[];
  /** Answers everything but the handshake. */
  status: number;
  /** Before every answer. */
  delayMs: number;
}

/** Longest body that is taken: more than the longest that is ever sent. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Receives callbacks, prints and answers them until it is told to stop. */
export async function listen(terminal: Terminal, options: ListenOptions): Promise<void> {
  const { out } = terminal;
  const receiver = new CallbackReceiver(terminal, options);
  const server = createServer((request, response) => {
    receiver.receive(request, response).catch((error: Error) => {
      out.line(`the request broke off: ${error.message}`);
      response.destroy();
    });
  });
  await opened(server, options);
  const stopped = new Promise<void>((resolve) => {
    terminal.onSignal(() => resolve());
  });
  out.line(`listening at ${addressOf(server)} (Ctrl-C ends)`);
  for (const line of introduction(options)) out.line(line);
  await stopped;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  out.line(`${receiver.count} received`);
}

function opened(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new CommandFailure(
          `cannot listen on ${host}:${port}: ${error.message}`,
          "Choose another with --port",
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server does not listen");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function introduction({ tokens, secrets }: ListenOptions): string[] {
  const lines = [
    "A server on this machine reaches it only when started with ANTIPHON_ALLOW_PRIVATE_CALLBACKS=127.0.0.0/8",
  ];
  if (tokens.length === 0) lines.push("No --token: signatures of Coze callbacks are NOT checked");
  if (secrets.length === 0) lines.push("No --secret: signatures of Standard Webhooks are NOT checked");
  return lines;
}

class CallbackReceiver {
  readonly #terminal: Terminal;
  readonly #options: ListenOptions;
  /** How often each event came. */
  readonly #seen = new Map<string, number>();
  count = 0;

  constructor(terminal: Terminal, options: ListenOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    this.count += 1;
    const number = `#${this.count}`;
    const content = parsed(body);
    const signature = checkSignature({ headers: request.headers, body }, this.#options);
    this.#print(number, request, { body, content, signature });
    const answer = answerTo({ method: request.method, content, signature }, this.#options);
    const { delayMs } = this.#options;
    if (delayMs > 0) await Promise.race([wait(delayMs, undefined, { ref: false }), once(response, "close")]);
    if (response.destroyed) {
      this.#terminal.out.line(`${number} → no answer: the sender did not wait`);
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    this.#terminal.out.line(`${number} → ${answer.status} ${answer.body}`);
  }

  #print(
    number: string,
    request: IncomingMessage,
    { body, content, signature }: { body: string; content: unknown; signature: Signature },
  ): void {
    const { out } = this.#terminal;
    const { type, id } = identityOf(request, content);
    out.line();
    out.line(printable(`${number} ${timeOfDay(new Date())} ${request.method} ${request.url} ${type}`));
    if (id !== "") out.line(printable(`   event ${id}${attemptOf(request)}${this.#timesSeen(id)}`));
    out.line(`   signature: ${printable(signature.text)}`);
    const text = content === undefined ? body : JSON.stringify(content, undefined, 2);
    for (const line of text.split("\n")) out.line(dim(out, `   ${printable(line)}`));
  }

  #timesSeen(id: string): string {
    const times = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, times);
    return times === 1 ? "" : `, received ${times} times so far`;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new Error(`its body is longer than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What the event is and what it is known by, in any family; empty where nothing says so. */
function identityOf({ headers }: IncomingMessage, content: unknown): { type: string; id: string } {
  const header = memberOf(content, "header");
  const status = memberOf(content, "feedbackStatus");
  const revision = String(headers["x-feedback-revision"] ?? "");
  const feedback = status === undefined ? "" : `feedback ${status}, revision ${revision}`;
  const type = memberOf(content, "type") ?? memberOf(header, "event_type") ?? feedback;
  const id = headers["webhook-id"] ?? memberOf(header, "event_id") ?? "";
  return { type: String(type), id: String(id) };
}

function attemptOf({ headers }: IncomingMessage): string {
  const attempt = headers["x-antiphon-attempt"] ?? headers["x-delivery-attempt"];
  return attempt === undefined ? "" : `, attempt ${String(attempt)}`;
}

function timeOfDay(date: Date): string {
  const twoDigits = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${twoDigits.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
