import { onTestFinished } from "vitest";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { EndpointId } from "../../domain/ids.ts";
import type { Exchange, OutboundExchange } from "../../http/outbound.ts";
import { type OutboundCode, OutboundError } from "../../http/outbound-error.ts";
import type { Emission, Store } from "../../storage/store.ts";
import { type CallbackOptions, Callbacks } from "../callbacks.ts";
import type { PlainFact } from "../emit.ts";
import { createEndpoint, type NewEndpoint } from "../endpoints.ts";
import type { EndpointFormat, EndpointFormats } from "../formats.ts";
import { realClock } from "../schedule.ts";
import { type EndpointDesk, openEndpointDesk } from "./endpoint-desk.ts";

/** What a receiver answers, or why it does not. `hang`: nothing, until the engine has had enough. */
export type Reaction =
  | number
  | { status: number; headers?: Record<string, string>; body?: string }
  | OutboundCode
  | "hang";

export interface Received {
  path: string;
  body: string;
  headers: Record<string, string>;
  at: number;
}

/** An engine on a store of its own, with receivers that do as they are told. */
export interface EngineDesk extends EndpointDesk {
  callbacks: Callbacks;
  /** In the order they arrived; of one path with its name. */
  received(path?: string): Received[];
  /** What `https://receiver.example.com/<path>` does from now on; 204 unless said. */
  react(path: string, reaction: Reaction | (() => Reaction)): void;
  /** Attempts that hang just now. */
  hanging(): number;
  /** An endpoint at this path. Its deliveries begin at once. */
  listen(path: string, more?: Partial<NewEndpoint>): Promise<Endpoint>;
  /** Something happens that endpoints are told of. */
  happen(fact?: PlainFact): Promise<Emission>;
  /** Another node on the same database, to the same receivers. The caller stops it. */
  join(store: Store): Promise<Callbacks>;
  /** The process is killed and starts again: what was in memory is gone. */
  crash(): Promise<void>;
  state(id: EndpointId): Promise<Endpoint["state"] | undefined>;
}

/** A minute of a schedule takes 50 ms. */
export const FAST_CLOCK = { ...realClock, scale: 50 / 60_000 };

/** All of it ends with the test. `alter`: puts something between the engine and its store. */
export async function openEngineDesk(
  options: CallbackOptions & { open?: () => Promise<Store>; alter?: (store: Store) => Store } = {},
): Promise<EngineDesk> {
  const desk = await openEndpointDesk(options.open);
  const receivers = new Receivers();
  const store = options.alter?.(desk.store) ?? desk.store;
  const outbound = { exchange: (request: OutboundExchange) => receivers.exchange(request) };
  const formats = { ...desk.services.formats, "coze-channel": askedFormat(desk.services.formats) };
  const services = { ...desk.services, formats, outbound };
  const begin = (on: Store) => new Callbacks({ ...services, store: on }, { random: () => 0, ...options });
  let callbacks = begin(store);
  onTestFinished(() => callbacks.stop(0));
  await callbacks.start();
  return {
    ...desk,
    get callbacks() {
      return callbacks;
    },
    received: (path) => receivers.received.filter((one) => path === undefined || one.path === path),
    react: (path, reaction) => receivers.reactions.set(path, reaction),
    hanging: () => receivers.hanging,
    async listen(path, more = {}) {
      desk.answer = { status: 200, body: "challenge" };
      const managing = {
        ...desk.services,
        endpointChanged: (id: EndpointId) => callbacks.endpointChanged(id),
      };
      const { workspaceId } = desk;
      const url = `https://receiver.example.com/${path}`;
      const asked = {
        kind: "standard",
        name: path,
        workspaceId,
        url,
        eventTypes: ["agent.published"],
      } as const;
      const { endpoint } = await createEndpoint(managing, {
        ...asked,
        eventTypes: [...asked.eventTypes],
        ...more,
      });
      return endpoint;
    },
    async happen(fact = desk.publication()) {
      const emission = await callbacks.emit(desk.store, fact);
      if (emission === undefined) throw new Error("nobody listens");
      await desk.store.flushed();
      callbacks.wake([emission]);
      return emission;
    },
    async join(other) {
      const node = begin(other);
      await node.start();
      return node;
    },
    async crash() {
      receivers.forget();
      const dead = callbacks;
      callbacks = begin(store);
      await callbacks.start();
      void dead.stop(0);
    },
    async state(id) {
      return (await desk.store.endpoints.find(id))?.state;
    },
  };
}

/** Whose answers are verdicts: `approved` is one. */
function askedFormat(formats: EndpointFormats): EndpointFormat {
  return {
    ...formats["coze-channel"],
    readVerdict: (body) => (body === "approved" ? { status: "approved", shareLink: "" } : undefined),
  };
}

class Receivers {
  readonly received: Received[] = [];
  readonly reactions = new Map<string, Reaction | (() => Reaction)>();
  hanging = 0;

  forget(): void {
    this.received.splice(0);
  }

  async exchange({ url, body, headers = {}, signal, timeoutMs }: OutboundExchange): Promise<Exchange> {
    const path = new URL(url).pathname.slice(1);
    this.received.push({ path, body: String(body), headers, at: Date.now() });
    const told = this.reactions.get(path) ?? 204;
    const reaction = typeof told === "function" ? told() : told;
    if (reaction === "hang") return failed(await this.#hang(timeoutMs, signal));
    if (typeof reaction === "string") return failed(reaction);
    const answer = typeof reaction === "number" ? { status: reaction } : reaction;
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      body: Buffer.from(answer.body ?? ""),
      isCut: false,
      timings: { total: 1 },
    };
  }

  #hang(timeoutMs: number, signal: AbortSignal | undefined): Promise<OutboundCode> {
    this.hanging += 1;
    const { promise, resolve } = Promise.withResolvers<OutboundCode>();
    const timer = setTimeout(() => resolve("timeout"), timeoutMs);
    signal?.addEventListener("abort", () => resolve("aborted"));
    return promise.finally(() => {
      clearTimeout(timer);
      this.hanging -= 1;
    });
  }
}

function failed(code: OutboundCode): Exchange {
  const failure = new OutboundError(code, `the receiver fails: ${code}`);
  return { headers: {}, body: Buffer.alloc(0), isCut: false, timings: { total: 1 }, failure };
}
