import { describe, expect, onTestFinished, test } from "vitest";
import { startAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { callApi, OWNER_TOKEN } from "./world.ts";

const [engine] = engines;

describe("An endpoint for ratings in antiphon.yaml", () => {
  const installation = (callback: object) => ({
    models: upstreamModel("http://127.0.0.1:1"),
    users: [{ name: "owner", role: "owner", tokens: [{ token: OWNER_TOKEN, scopes: ["all"] }] }],
    agents: [{ slug: "shop", name: "商城客服" }],
    callbacks: [{ slug: "im", kind: "insight", url: "https://im.example.com", ...callback }],
  });
  const start = async (callback: object) => {
    const server = await startAntiphon({
      file: installation(callback),
      environment: { ANTIPHON_LOG_LEVEL: "silent" },
      databaseUrl: await engine?.databaseUrl(),
    });
    onTestFinished(() => server.close());
    return server;
  };
  const endpoints = async (url: string) => (await callApi(url, "GET /endpoints?kind=insight")).body.items;

  test("is what the file says, and stays the same one when it is read again", async () => {
    let server = await start({
      agents: ["shop"],
      ratings: ["dislike", "none"],
      historyLimit: 0,
      strictEnums: false,
      coalesce: false,
      timeoutSeconds: 1,
    });
    const [first] = await endpoints(server.url);
    expect(first).toMatchObject({
      ...{ kind: "insight", slug: "im", url: "https://im.example.com/v1/bot-message/feedback" },
      ...{ eventTypes: ["feedback.changed"], timeoutMs: 1_000, isOrdered: true, isCoalescing: false },
      feedback: { ratings: ["none", "dislike"], historyLimit: 0, isStrict: false },
    });
    expect(first.agentIds).toHaveLength(1);
    server = await server.restart();
    expect(await endpoints(server.url)).toEqual([first]);
    await server.close();
  });

  test.each([
    [{ events: ["turn.completed"] }, /feedback\.changed/],
    [{ historyLimit: 201 }, /historyLimit/],
    [{ ordered: false }, /ordered/],
    [{ ratings: [] }, /ratings/],
    [{ headers: { "x-feedback-user": "me" } }, /x-feedback-user/],
    [{ secret: "letters4and8digits0only" }, /whsec_/],
    [{ kind: "standard", historyLimit: 1 }, /historyLimit.*insight/],
  ])("with %j is refused", async (wrong, problem) => {
    await expect(start(wrong)).rejects.toThrow(problem);
  });
});
