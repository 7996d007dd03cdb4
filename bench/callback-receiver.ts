import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { serveParent } from "./processes/parent.ts";

/** What came to a path: when, in milliseconds since the epoch with fractions, and how long after its cause. */
export interface Received {
  atMs: number;
  /** From the time in the header or the body, which is in whole milliseconds; undefined: there is none. */
  lagMs: number | undefined;
}

/** What the receiver is asked for. */
export type ReceiverQuestion =
  /** What came to the path since it was asked last. */
  | { kind: "take"; path: string }
  /** How many came to paths that begin so. */
  | { kind: "count"; prefix: string };

const received = new Map<string, Received[]>();
const stalled = new Set<string>();

// The first part of a path says what is done: `hang` never answers, `stall` answers all but the first, `audit` is a
// channel's server that approves everything; the others answer at once.
const server = createServer((request, response) => {
  const atMs = performance.timeOrigin + performance.now();
  const path = request.url ?? "";
  readBody(request).then(
    (body) => {
      note(path, { atMs, lagMs: lagOf(request, body, atMs) });
      answer(path, body, response);
    },
    () => response.destroy(), // The sender has gone.
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 4_096, () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  serveParent({ url: `http://127.0.0.1:${address.port}` }, async (message) =>
    tell(message as ReceiverQuestion),
  );
});
process.once("SIGTERM", () => process.exit());

function tell(question: ReceiverQuestion): Received[] | number {
  if (question.kind === "take") {
    const all = received.get(question.path) ?? [];
    received.delete(question.path);
    return all;
  }
  let count = 0;
  for (const [path, all] of received) if (path.startsWith(question.prefix)) count += all.length;
  return count;
}

function note(path: string, one: Received): void {
  const before = received.get(path);
  if (before === undefined) received.set(path, [one]);
  else before.push(one);
}

function answer(path: string, body: string, response: ServerResponse): void {
  const [, kind] = path.split("/");
  if (kind === "hang") return;
  if (kind === "stall" && !stalled.has(path)) {
    stalled.add(path);
    return;
  }
  const { header, event } = kind === "audit" ? JSON.parse(body) : { header: undefined, event: undefined };
  response.setHeader("content-type", "application/json");
  if (header?.event_type === "url_verification") response.end(JSON.stringify({ challenge: event.challenge }));
  else if (path.startsWith("/audit/hang")) return;
  else response.end(kind === "audit" ? '{"audit":{"audit_status":2}}' : "{}");
}

/** Without parsing the whole body. */
function lagOf({ headers }: IncomingMessage, body: string, atMs: number): number | undefined {
  const changedAt = headers["x-feedback-occurred-at"];
  if (changedAt !== undefined) return atMs - Number(changedAt);
  const time = /"timestamp":"([^"]+)"/.exec(body)?.[1];
  return time === undefined ? undefined : atMs - Date.parse(time);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
