import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  ADAPTER_ENVIRONMENT,
  adapterClient,
  adapterInstallation,
  EVENT_ID,
  postSigned,
  textTrigger,
} from "../e2e/insight/adapter-world.ts";
import { botIds } from "../e2e/insight/world.ts";
import { CallbackReceiver } from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { type FaultProcess, startFaultProcess } from "../support/fault-process.ts";
import type { InsightClient } from "../support/insight-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What a disk that takes nothing is answered with, in the words of every family. */
const REFUSED = /storage_failed|"code":50301/;

describe.each(engines)("Insight on a disk that does not take what was written, on $name", (engine) => {
  let upstream: Upstream;
  let receiver: CallbackReceiver;
  let server: FaultProcess;
  let insight: InsightClient;
  let botId = "";

  beforeAll(async () => {
    [upstream, receiver] = await Promise.all([startUpstream(), CallbackReceiver.start()]);
    server = await startFaultProcess({
      file: adapterInstallation(upstream.baseUrl, receiver.url),
      environment: { ...ADAPTER_ENVIRONMENT, ANTIPHON_INSIGHT_RECEIVER: "true" },
      databaseUrl: await engine.databaseUrl(),
    });
    insight = adapterClient(server.url);
    botId = (await botIds(server.url)).get("商城客服") ?? "";
  });
  afterAll(async () => {
    await server?.close();
    await receiver?.close();
    await upstream?.close();
  });

  test("nobody is told that it is kept", async () => {
    const place = { botId, sessionId: "known" };
    const { execId } = await insight.ask({ ...place, message: "hi" });
    const event = { ...place, eventId: EVENT_ID, params: { message: "later" }, delaySeconds: 3_600 };
    const { executionId } = await insight.data("POST /workflow/event/trigger", event);
    const { accessKey } = await api("POST /access-keys", { name: "flushed" });
    const key = `/access-keys/${accessKey.keyId}`;
    const history = [{ role: "user", content: "said elsewhere" }];
    const own = textTrigger("known", "from my phone", { role: "assistant" });
    const calls: Record<string, () => Promise<unknown>> = {
      "a rating": () =>
        insight.data("POST /bot-message/feedback", { botId, execId, feedbackStatus: "thumb-up" }),
      "a session": () => insight.ask({ botId, sessionId: "new", message: "hi" }),
      "a question": () => insight.ask({ ...place, message: "again" }),
      "past messages": () => insight.data("POST /workflow/history/batch-add", { ...place, history }),
      "an event": () => insight.data("POST /workflow/event/trigger", event),
      "the end of an event": () => insight.data("POST /workflow/event/cancel", { botId, executionId }),
      "a handover": () => insight.data("POST /bot/session/handover", place),
      "a release": () => insight.data("POST /bot/session/release", place),
      "a trigger": () => sent(textTrigger("known", "hello")),
      "a message of the account": () => sent(own),
      "an access key": () => api("POST /access-keys", { name: "unflushed" }),
      "a change of an access key": () => api(`PATCH ${key}`, { name: "changed" }),
      "another secret": () => api(`POST ${key}/rotate`),
      "the end of an access key": () => api(`POST ${key}/disable`),
      "its return": () => api(`POST ${key}/enable`),
      "feedback of others": () => received(),
    };
    for (const [what, call] of Object.entries(calls)) {
      await server.tell({ faults: [{ at: "after flush", does: "fail", times: 1_000 }] });
      const answer = await call().then(() => "it was taken", String);
      expect([what, answer]).toEqual([what, expect.stringMatching(REFUSED)]);
    }
    await server.tell({ faults: [] });
    expect(await insight.ask({ botId, sessionId: "afterwards", message: "hi" })).toMatchObject({
      message: expect.stringMatching(/./),
    });
  });

  async function sent(triggerEvent: object): Promise<void> {
    const { status, body } = await postSigned(server.url, { botId, triggerEvent });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async function received(): Promise<void> {
    const feedback = {
      ...{ botId, sessionId: "s", execId: "e", triggerEvent: { triggerType: "t" } },
      ...{ outputActions: [], feedbackStatus: "none" },
    };
    const body = JSON.stringify(feedback);
    const response = await fetch(`${server.url}/v1/bot-message/feedback`, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Calls our own API as the owner. */
  async function api(route: string, body?: object) {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: "Bearer pat_insight_world_owner", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text === "" ? undefined : JSON.parse(text);
  }
});
