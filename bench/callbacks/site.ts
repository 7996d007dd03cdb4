import { Agent, request } from "undici";
import { inParallel } from "../../test/support/in-parallel.ts";
import type { Bench } from "../bench.ts";
import type { Received, ReceiverQuestion } from "../callback-receiver.ts";
import { type AntiphonProcess, BENCH_TOKEN, findBotId } from "../processes/antiphon.ts";
import { type Child, startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, of a server of our own
type Any = any;

/** Calls at once, where their time is not measured. */
export const CALLERS = 8;
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Whoever gets callbacks, in a process of its own. */
export class Receiver {
  readonly url: string;
  readonly #child: Child;

  static async start(bench: Bench): Promise<Receiver> {
    const { child, hello } = await startChild(bench.cleanup, "callback-receiver.ts");
    return new Receiver(child, (hello as { url: string }).url);
  }

  private constructor(child: Child, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** What came to these paths since it was asked last. */
  async take(paths: readonly string[]): Promise<Received[]> {
    const all: Received[] = [];
    for (const path of paths) all.push(...((await this.#ask({ kind: "take", path })) as Received[]));
    return all;
  }

  /** Resolves when so many came to paths that begin so, since they were taken. */
  async reached(prefix: string, count: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = (await this.#ask({ kind: "count", prefix })) as number;
      if (found >= count) return;
      if (Date.now() > deadline) throw new Error(`${found} of ${count} callbacks came to ${prefix}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  #ask(question: ReceiverQuestion): Promise<unknown> {
    return askForResult(this.#child, question);
  }
}

/** An Antiphon whose events go to a receiver, and a caller of it. */
export class Site {
  readonly server: AntiphonProcess;
  readonly receiver: Receiver;
  readonly agentId: string;
  readonly #agent = new Agent({ connections: 128 });
  #made = 0;

  static async open(
    bench: Bench,
    receiver: Receiver,
    options: { directory?: string; environment?: Record<string, string> } = {},
  ): Promise<Site> {
    const server = await bench.antiphon({
      ...options,
      environment: {
        ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
        ANTIPHON_LOG_LEVEL: "error",
        ...options.environment,
      },
    });
    return new Site(server, receiver, await findBotId(server.url));
  }

  private constructor(server: AntiphonProcess, receiver: Receiver, agentId: string) {
    this.server = server;
    this.receiver = receiver;
    this.agentId = agentId;
  }

  /** Calls and resolves with the answer; rejects unless it is good. */
  async call(route: string, body?: object): Promise<Any> {
    const [method = "GET", path = ""] = route.split(" ");
    const response = await request(`${this.server.url}${path}`, {
      method: method as "GET",
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${BENCH_TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    const answer = text === "" ? {} : JSON.parse(text);
    if (response.statusCode >= 300 || (answer.code ?? 0) !== 0) throw new Error(`${route}: ${text}`);
    return answer;
  }

  /** A new endpoint for the events of the agent, at `/<kind>/<number>` of the receiver. */
  async endpoint(kind: string, more: object = {}): Promise<{ id: string; path: string }> {
    this.#made += 1;
    const path = `/${kind}/${this.#made}`;
    const { endpoint } = await this.call("POST /api/endpoints", {
      ...{ name: path, url: `${this.receiver.url}${path}`, eventTypes: ["conversation.created"] },
      agentIds: [this.agentId],
      ...more,
    });
    return { id: endpoint.id, path };
  }

  endpoints(count: number, kind: string, more: object = {}): Promise<{ id: string; path: string }[]> {
    return inParallel(count, CALLERS, () => this.endpoint(kind, more));
  }

  /** Something happens that every endpoint is told of. */
  async converse(): Promise<void> {
    await this.call("POST /v1/conversation/create", { bot_id: this.agentId });
  }

  /** Published to the API; nobody hears of what happens to it. */
  async newAgent(): Promise<string> {
    const { data } = await this.call("GET /v1/workspaces");
    this.#made += 1;
    const wish = { space_id: data.workspaces[0].id, name: `agent ${this.#made}` };
    const made = await this.call("POST /v1/bot/create", wish);
    const { bot_id } = made.data;
    await this.call("POST /v1/bot/publish", { bot_id, connector_ids: ["1024"] });
    return bot_id;
  }

  async remove(endpoints: readonly { id: string }[]): Promise<void> {
    await inParallel(endpoints.length, CALLERS, (index) =>
      this.call(`DELETE /api/endpoints/${endpoints[index]?.id}`),
    );
  }

  /** Ends the process as a crash does. */
  kill(): void {
    process.kill(this.server.pid, "SIGKILL");
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
    await this.server.stop();
  }
}
