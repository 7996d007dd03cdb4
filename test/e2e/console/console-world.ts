import { startAntiphon, type TestAntiphon } from "../../support/antiphon.ts";
import { CallbackReceiver } from "../../support/callback-receiver.ts";
import type { TestEngine } from "../../support/engines.ts";

export type UserName = "owner" | "admin" | "member" | "viewer" | "powerless" | "stranger";

export interface ConsoleReply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  body: any;
}

/** A server that is managed over its own API, and somebody who gets its callbacks. */
export interface ConsoleWorld {
  readonly server: TestAntiphon;
  readonly receiver: CallbackReceiver;
  readonly workspaceId: string;
  readonly agentId: string;
  call(as: UserName | undefined, route: `${string} /${string}`, body?: unknown): Promise<ConsoleReply>;
  /** An endpoint of the workspace at this path of the receiver. */
  endpoint(path: string, more?: Record<string, unknown>): Promise<{ id: string; secret: string }>;
  /** Publishes the agent to the API channel, as the owner. */
  publish(): Promise<ConsoleReply>;
  close(): Promise<void>;
}

const USERS = [
  { name: "owner", role: "owner", tokens: [{ token: tokenOf("owner"), scopes: ["all"] }] },
  { name: "admin", role: "admin", tokens: [{ token: tokenOf("admin"), scopes: ["all"] }] },
  { name: "member", role: "member", tokens: [{ token: tokenOf("member"), scopes: ["all"] }] },
  { name: "viewer", role: "viewer", tokens: [{ token: tokenOf("viewer"), scopes: ["all"] }] },
  { name: "powerless", role: "owner", tokens: [{ token: tokenOf("powerless"), scopes: ["listBot"] }] },
];

export function tokenOf(name: UserName): string {
  return `pat_of_the_${name}_of_tests`;
}

/** `file`: what else the installation's file holds. */
export async function openConsoleWorld(
  engine: TestEngine,
  file: Record<string, unknown> = {},
): Promise<ConsoleWorld> {
  const receiver = await CallbackReceiver.start();
  const server = await startAntiphon({
    file: {
      users: USERS,
      agents: [{ slug: "shop", name: "商城客服", prompt: "Be brief.", appKey: "d5k2m8s7q1v3c9n4b6t0" }],
      ...file,
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32" },
    databaseUrl: await engine.databaseUrl(),
  });
  const [workspace] = await server.store.workspaces.list();
  if (workspace === undefined) throw new Error("no workspace");
  const [agent] = await server.store.agents.list(workspace.id);
  if (agent === undefined) throw new Error("no agent");
  const call: ConsoleWorld["call"] = async (as, route, body) => {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${tokenOf(as)}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    server,
    receiver,
    workspaceId: String(workspace.id),
    agentId: String(agent.id),
    call,
    async endpoint(path, more = {}) {
      const wanted = { name: path, url: receiver.url + path, eventTypes: ["agent.published"], ...more };
      const { status, body } = await call("owner", "POST /endpoints", wanted);
      if (status !== 200) throw new Error(JSON.stringify(body));
      receiver.trust(path, { webhookSecrets: [body.secret] });
      return { id: body.endpoint.id, secret: body.secret };
    },
    publish: () =>
      call("owner", `POST /agents/${agent.id}/publish`, { channels: [{ channel: "api" }], changelog: "new" }),
    async close() {
      await server.close();
      await receiver.close();
    },
  };
}
