import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ShareLink } from "../../../src/domain/share-link.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import type { TestEngine } from "../../support/engines.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

const TOKEN = "pat_of_the_owner_of_shares";

/** A server with one published agent, what answers for its model, and a way to make links. */
export interface ShareWorld {
  readonly server: TestAntiphon;
  readonly upstream: Upstream;
  readonly agentId: string;
  /** An agent that has to know something of whoever asks. */
  readonly deskId: string;
  /** Calls the console API as the owner. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Of the first agent unless told otherwise. */
  aLink(settings?: Partial<ShareLink>, agentId?: string): Promise<{ id: string; key: string; url: string }>;
  /** Calls the share API of a link as one visitor, who is new to it. */
  aVisitor(key: string): Promise<(method: string, path: string, body?: unknown) => Promise<Response>>;
  close(): Promise<void>;
}

export async function openShareWorld(engine: TestEngine): Promise<ShareWorld> {
  const upstream = await startUpstream();
  const server = await startAntiphon({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
      knowledge: [
        { slug: "faq", name: "FAQ", pairs: [{ question: "怎么退货？", answer: "7 天无理由退货。" }] },
      ],
      agents: [
        {
          slug: "shop",
          name: "商城客服",
          prompt: "SECRET-PROMPT: be brief.",
          opening: { message: "您好，我是**商城客服**。", questions: ["怎么退货？", "多久发货？"] },
          knowledge: ["faq"],
          channels: ["api"],
        },
        {
          slug: "desk",
          name: "Help desk",
          prompt: "You help {{ customer }} of {{ city }}, who pays for {{ plan }}. {{ note }}",
          opening: { message: "Who are you?", questions: ["What can you do?"] },
          variables: [
            {
              key: "customer",
              title: "Your name",
              required: true,
              maxLength: 12,
              description: "SECRET-HINT",
            },
            { key: "plan", title: "Plan", type: "Enum", choices: ["Free", "Pro"], required: true },
            { key: "city", required: true, default: "SECRET-CITY" },
            { key: "note", title: "Anything else", type: "Paragraph" },
          ],
          channels: ["api"],
        },
      ],
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
    databaseUrl: await engine.databaseUrl(),
  });
  const [workspace] = await server.store.workspaces.list();
  const agents = workspace === undefined ? [] : await server.store.agents.list(workspace.id);
  const [agent, desk] = ["shop", "desk"].map((slug) => agents.find((one) => one.slug === slug));
  if (agent === undefined || desk === undefined) throw new Error("an agent is missing");
  const call: ShareWorld["call"] = async (method, path, body) => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    server,
    upstream,
    agentId: String(agent.id),
    deskId: String(desk.id),
    call,
    async aLink(settings = {}, agentId = String(agent.id)) {
      const { status, body } = await call("POST", `/agents/${agentId}/share-links`, settings);
      if (status !== 200) throw new Error(JSON.stringify(body));
      const { id, key, path } = body as { id: string; key: string; path: string };
      return { id, key, url: server.url + path };
    },
    async aVisitor(key) {
      const send = (token: string, method: string, path: string, body?: unknown) =>
        fetch(`${server.url}/share/api/${key}${path}`, {
          method,
          headers: token === "" ? {} : { authorization: `Bearer ${token}` },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
      const { token } = (await (await send("", "POST", "/visitor")).json()) as { token: string };
      return (method, path, body) => send(token, method, path, body);
    },
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}

/** What a stream of the share page tells. */
export interface Told {
  type: string;
  text?: string;
  turnId?: string;
  conversationId?: string;
  [more: string]: unknown;
}

/** The events of a stream that has ended. */
export function told(stream: string): Told[] {
  return stream
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => JSON.parse(line.slice(5)) as Told);
}

/** A page of another site that shows this HTML. */
export async function openSite(html: string): Promise<{ origin: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
