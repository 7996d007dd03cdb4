import { describe, expect, onTestFinished, test } from "vitest";
import { startAntiphon } from "../../support/antiphon.ts";
import { CallbackReceiver, contentOf } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const VERIFY_TOKEN = "theVerifyTokenOfTheFile";
const KEY = "d5k2m8s7q1v3c9n4b6t0";

describe.each(engines)("callbacks of antiphon.yaml on $name", (engine) => {
  test("get what the file says, once after every start, also while they cannot be reached at the start", async () => {
    const receiver = await CallbackReceiver.start();
    onTestFinished(() => receiver.close());
    receiver.trust("/hooks", { webhookSecrets: [SECRET] });
    receiver.trust("/app", { verifyToken: VERIFY_TOKEN });
    const agent = { slug: "shop", name: "Shop", prompt: "Be brief.", appKey: KEY };
    const hooks = {
      slug: "orders",
      url: `${receiver.url}/hooks`,
      events: ["conversation.created"],
      agents: ["shop"],
    };
    const app = { slug: "app", kind: "coze", url: `${receiver.url}/app`, events: ["agent.published"] };
    await receiver.close();
    let server = await startAntiphon({
      file: {
        users: [{ name: "ann", role: "owner", tokens: [{ token: "pat_of_the_owner_ann" }] }],
        agents: [agent, { ...agent, slug: "other", appKey: KEY.replace("d5", "e5") }],
        callbacks: [
          { ...hooks, secret: SECRET, headers: { "x-own": "1" } },
          { ...app, secret: VERIFY_TOKEN },
        ],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32" },
      databaseUrl: await engine.databaseUrl(),
    });
    onTestFinished(() => server.close());
    expect(server.summary.join("\n")).toContain("callbacks: 2 created");
    await receiver.listen();

    const begin = async (appKey: string) => {
      const response = await fetch(`${server.url}/create_conversation`, {
        method: "POST",
        headers: { "content-type": "application/json", apikey: appKey },
        body: JSON.stringify({ UserID: "u" }),
      });
      expect(response.status).toBe(200);
    };
    await begin(KEY.replace("d5", "e5"));
    await begin(KEY);
    await eventually(() => expect(receiver.at("/hooks")).toHaveLength(1));
    expect(receiver.at("/hooks")[0]?.headers["x-own"]).toBe("1");

    server = await server.restart();
    expect(server.summary.join("\n")).toContain("callbacks: 2 unchanged");
    await begin(KEY);
    await eventually(() => expect(receiver.at("/hooks")).toHaveLength(2));
    const [published] = await server.store.agents.list(
      (await server.store.workspaces.list())[0]?.id ?? (0 as never),
    );
    const reply = await fetch(`${server.url}/api/agents/${published?.id}/publish`, {
      method: "POST",
      headers: { authorization: "Bearer pat_of_the_owner_ann", "content-type": "application/json" },
      body: JSON.stringify({ channels: [{ channel: "api" }] }),
    });
    expect(reply.status).toBe(200);
    await eventually(() =>
      expect(receiver.at("/app").map((arrival) => contentOf(arrival).event.bot_id_str)).toContain(
        String(published?.id),
      ),
    );
    expect(receiver.badSignatures()).toEqual([]);
  });
});
