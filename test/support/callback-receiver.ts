import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type CallbackTrust, signatureProblem } from "./callback-signatures.ts";

/** What a receiver does with one request. */
export interface Reaction {
  /** 200 when absent. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Waits so long before the headers. */
  delayMs?: number;
  /** Waits for this before the headers. */
  until?: Promise<unknown>;
  /** Goes on with the body for ever, a character each time after so long. */
  dripMs?: number;
  /** Never answers. */
  isHanging?: boolean;
  /** Breaks the connection instead of answering: before the body was read, or after. */
  reset?: "before-reading" | "after-reading";
  /** Closes the connection after the answer without saying so. */
  closesAfterwards?: boolean;
}

/** The same reaction to all requests, one after the other (the last one for all that follow), or made for each. */
export type Behaviour = Reaction | Reaction[] | ((arrival: Arrival, index: number) => Reaction);

/** A request as it came in. */
export interface Arrival {
  /** Without the question mark and what follows. */
  path: string;
  /** `webhook-id`, or the `event_id` of a Coze body. */
  id: string;
  headers: Record<string, string>;
  body: Buffer;
  /** False: the connection was broken before the body was read. */
  isWhole: boolean;
  /** Milliseconds since the epoch, with fractions: when its headers were there. */
  atMs: number;
  /** What was answered; undefined: nothing yet, or nothing at all. */
  status?: number;
  /** When its connection was closed before it was answered. */
  abandonedAtMs?: number;
}

/** The body as JSON, of whatever shape. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
export function contentOf({ body }: Pick<Arrival, "body">): any {
  return JSON.parse(body.toString("utf8"));
}

/** Somebody's server that gets callbacks, on a free port of 127.0.0.1. Answers 200 unless told otherwise. */
export class CallbackReceiver {
  /** In the order they came. */
  readonly arrivals: Arrival[] = [];
  readonly #server = createServer((request, response) => {
    this.#receive(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #trust = new Map<string, CallbackTrust>();
  readonly #byPath = new Map<string, Arrival[]>();
  #url = "";

  static async start(): Promise<CallbackReceiver> {
    const receiver = new CallbackReceiver();
    await receiver.listen(0);
    return receiver;
  }

  get url(): string {
    return this.#url;
  }

  /** Begins, or begins again on the port it had before it was stopped. */
  async listen(port = Number(new URL(this.#url).port)): Promise<void> {
    this.#server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", 4_096, resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.#url = `http://127.0.0.1:${address.port}`;
  }

  behave(path: string, behaviour: Behaviour): void {
    this.#behaviours.set(path, behaviour);
  }

  /** What the signatures of requests to this path are checked with. */
  trust(path: string, trust: CallbackTrust): void {
    this.#trust.set(path, trust);
  }

  /** Of one path, in the order they came. */
  at(path: string): Arrival[] {
    return this.#byPath.get(path) ?? [];
  }

  /** Every whole request whose signature does not hold, of paths that have something to check with. */
  badSignatures(): { path: string; id: string; problem: string }[] {
    return this.arrivals.flatMap((arrival) => {
      const trust = this.#trust.get(arrival.path);
      const problem = trust === undefined || !arrival.isWhole ? "" : signatureProblem(arrival, trust);
      return problem === "" ? [] : [{ path: arrival.path, id: arrival.id, problem }];
    });
  }

  /** Forgets everything that came in. */
  forget(): void {
    this.arrivals.length = 0;
    this.#byPath.clear();
  }

  /** Refuses connections from now on and breaks those there are. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = performance.timeOrigin + performance.now();
    const path = request.url?.split("?")[0] ?? "";
    const arrival: Arrival = {
      path,
      id: "",
      headers: headersOf(request),
      body: Buffer.alloc(0),
      isWhole: false,
      atMs,
    };
    response.once("close", () => {
      if (!response.writableFinished) arrival.abandonedAtMs = performance.timeOrigin + performance.now();
    });
    const index = this.at(path).length;
    if (this.#isReset(path, index, arrival)) {
      this.#note(arrival);
      request.socket.resetAndDestroy();
      return;
    }
    arrival.body = await bodyOf(request);
    arrival.isWhole = true;
    arrival.id = arrival.headers["webhook-id"] ?? eventId(arrival.body);
    this.#note(arrival);
    await react(this.#reactionTo(arrival, index), arrival, response);
  }

  #note(arrival: Arrival): void {
    this.arrivals.push(arrival);
    const before = this.#byPath.get(arrival.path);
    if (before === undefined) this.#byPath.set(arrival.path, [arrival]);
    else before.push(arrival);
  }

  #isReset(path: string, index: number, arrival: Arrival): boolean {
    const behaviour = this.#behaviours.get(path);
    return typeof behaviour !== "function" && this.#reactionTo(arrival, index).reset === "before-reading";
  }

  #reactionTo(arrival: Arrival, index: number): Reaction {
    const behaviour = this.#behaviours.get(arrival.path) ?? {};
    if (typeof behaviour === "function") return behaviour(arrival, index);
    return Array.isArray(behaviour) ? (behaviour[index] ?? behaviour.at(-1) ?? {}) : behaviour;
  }
}

async function react(reaction: Reaction, arrival: Arrival, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body = "", delayMs = 0 } = reaction;
  if (reaction.isHanging === true) return;
  if (reaction.until !== undefined) await reaction.until;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (reaction.reset === "after-reading") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (response.destroyed) return;
  arrival.status = status;
  if (reaction.dripMs !== undefined) {
    response.writeHead(status, headers);
    const timer = setInterval(() => response.write("."), reaction.dripMs);
    response.once("close", () => clearInterval(timer));
    return;
  }
  response.writeHead(status, headers).end(body, () => {
    if (reaction.closesAfterwards === true) response.socket?.destroy();
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}

function eventId(body: Buffer): string {
  try {
    return String(JSON.parse(body.toString("utf8")).header?.event_id ?? "");
  } catch {
    return ""; // No body of this family: it has no id that would say anything.
  }
}

/** Answers of a channel's server. Source: spec page of the callbacks §4.2. */
export function verdict(status: unknown, reason = ""): Reaction {
  return {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audit: { audit_status: status, reason } }),
  };
}

/** Answers the challenge of an address, and everything else as it is told to. */
export function answeringChallenges(otherwise: (arrival: Arrival) => Reaction = () => ({})) {
  return (arrival: Arrival): Reaction => {
    const { header, event } = contentOf(arrival);
    if (header?.event_type !== "url_verification") return otherwise(arrival);
    return {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ challenge: event.challenge }),
    };
  };
}
