import { readServerSentEvents } from "../api/server-sent-events.ts";
import { keep, kept } from "../browser-storage.ts";
import type { ExchangePage, Opinion, SharedAgent, ShareEvent } from "./wire.ts";

/** What the server answered instead; `unreachable` when it was not reached. */
export class ShareError extends Error {
  readonly code: string;
  /** What of the request was wrong. */
  readonly field: string | undefined;

  constructor(code: string, message: string, field?: string) {
    super(message);
    this.name = "ShareError";
    this.code = code;
    this.field = field;
  }
}

/** An event of a turn, and the place in it that one can go on from. */
export interface PlacedEvent {
  event: ShareEvent;
  id: string | undefined;
}

/** What a visitor asks of the server, as the visitor of one link. */
export class ShareClient {
  readonly #base: string;
  readonly #tokenName: string;
  #token: string | undefined;

  constructor(key: string) {
    this.#base = `/share/api/${key}`;
    this.#tokenName = `antiphon.visitor.${key}`;
    this.#token = kept(this.#tokenName);
  }

  async enter(): Promise<SharedAgent> {
    const sent = this.#token;
    const response = await this.#send("POST", "/visitor");
    const { token, agent } = (await response.json()) as { token: string; agent: SharedAgent };
    // Another window may have become a visitor meanwhile: then it is the same one.
    const other = kept(this.#tokenName);
    this.#token = other === undefined || other === sent ? token : other;
    keep(this.#tokenName, this.#token);
    return agent;
  }

  async exchanges(conversationId: string, cursor?: string): Promise<ExchangePage> {
    const query = cursor === undefined ? "" : `?cursor=${cursor}`;
    const response = await this.#send("GET", `/conversations/${conversationId}/exchanges${query}`);
    return (await response.json()) as ExchangePage;
  }

  ask(
    asked: { text: string } & ({ conversationId: string } | { inputs: Record<string, string> }),
    signal: AbortSignal,
  ) {
    return this.#stream("POST", "/ask", { body: asked, signal });
  }

  regenerate(turnId: string, signal: AbortSignal) {
    return this.#stream("POST", `/turns/${turnId}/regenerate`, { signal });
  }

  /** Goes on behind the event `after`; from the beginning without. */
  follow(turnId: string, after: string | undefined, signal: AbortSignal) {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    return this.#stream("GET", `/turns/${turnId}/events${query}`, { signal });
  }

  async stop(turnId: string): Promise<void> {
    await this.#send("POST", `/turns/${turnId}/stop`);
  }

  async choose(turnId: string): Promise<void> {
    await this.#send("POST", `/turns/${turnId}/choose`);
  }

  async rate(turnId: string, opinion: Opinion): Promise<void> {
    await this.#send("PUT", `/turns/${turnId}/feedback`, { body: opinion });
  }

  async *#stream(
    method: string,
    path: string,
    options: { body?: unknown; signal: AbortSignal },
  ): AsyncGenerator<PlacedEvent> {
    const response = await this.#send(method, path, options);
    for await (const { data, id } of readServerSentEvents(response)) {
      yield { event: JSON.parse(data) as ShareEvent, id };
    }
  }

  async #send(
    method: string,
    path: string,
    { body, signal }: { body?: unknown; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const headers = new Headers();
    if (this.#token !== undefined) headers.set("authorization", `Bearer ${this.#token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    let response: Response;
    try {
      response = await fetch(this.#base + path, {
        method,
        headers,
        signal: signal ?? null,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ShareError("unreachable", "the server cannot be reached");
    }
    if (response.ok) return response;
    throw await errorOf(response);
  }
}

async function errorOf(response: Response): Promise<ShareError> {
  try {
    const { error } = (await response.json()) as {
      error: { code: string; message: string; field?: string };
    };
    return new ShareError(error.code, error.message, error.field);
  } catch {
    return new ShareError("internal", `HTTP ${response.status}`);
  }
}
