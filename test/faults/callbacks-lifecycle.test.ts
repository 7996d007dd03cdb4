import { describe, expect, test, vi } from "vitest";
import { answeringChallenges, type Behaviour, contentOf } from "../support/callback-receiver.ts";
import { signatureProblem } from "../support/callback-signatures.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { useCallbackScene } from "./callback-scene.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

const HOUR_MS = 3_600_000;
const never = new Promise<never>(() => {});

describe.each(engines)("endpoints that change, on $name", (engine) => {
  const set = useCallbackScene(async () => ({ databaseUrl: await engine.databaseUrl() }));

  test("F34: disabled with events waiting, enabled after a restart: all are delivered, the oldest first", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { more: { maxInFlight: 1 } });
    const warm = await scene.converse(agentId, 1, [listener]);
    await listener.settled(1);
    await scene.api(`POST /endpoints/${listener.id}/pause`);
    const acknowledged = await scene.converse(agentId, 60, [listener]);
    await scene.api(`POST /endpoints/${listener.id}/disable`, { reason: "for now" });
    acknowledged.push(...(await scene.converse(agentId, 20, [listener])));
    await scene.restart();
    await listener.settled(81, ["held", "delivered"]);
    expect(listener.arrivals()).toHaveLength(1);
    const due = (await listener.deliveries()).slice(1).sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
    await scene.api(`POST /endpoints/${listener.id}/enable`, { held: "deliver" });
    await listener.settled(81);
    expect(
      listener
        .arrivals()
        .slice(1)
        .map(({ id }) => id),
    ).toEqual(due.map(({ wireId }) => wireId));
    await scene.check([listener], [...warm, ...acknowledged]);
  });

  test("F38: killed in the middle of a replay: it goes on where it was, each event once", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const since = new Date(Date.now() - 1_000);
    const listener = await scene.listen(agentId, { more: { maxInFlight: 64 } });
    const acknowledged = await scene.converse(agentId, 250, [listener]);
    await listener.settled(250);
    await scene.server.tell({ faults: [{ at: "after replays.advance", does: "kill", skip: 1 }] });
    const replay = await scene.api(`POST /endpoints/${listener.id}/replays`, {
      ...{ since, onlyFailed: false, ratePerSecond: 100 },
    });
    await scene.server.waitExit();
    await scene.server.restart();
    await listener.settled(500);
    const again = (await listener.deliveries()).filter(({ trigger }) => trigger === "replay");
    expect(new Set(again.map(({ wireId }) => wireId)).size).toBe(250);
    expect(again.every(({ replayId }) => String(replayId) === replay.id)).toBe(true);
    expect(await scene.api(`GET /replays/${replay.id}`)).toMatchObject({ state: "done", sentCount: 250 });
    const unknown = (await listener.attempts()).filter(({ outcome }) => outcome === "unknown").length;
    expect(listener.arrivals().length).toBeLessThanOrEqual(500 + unknown);
    await scene.check([listener], acknowledged);
  });

  test("F39: the secret is exchanged with events on the way: whoever knows the old, the new or both can check", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const gate = Promise.withResolvers<void>();
    const listener = await scene.listen(agentId, {
      more: { maxInFlight: 32 },
      behaviour: (_, index) => (index < 8 ? {} : { until: gate.promise }),
    });
    await scene.converse(agentId, 8, [listener]);
    await listener.settled(8);
    const acknowledged = await scene.converse(agentId, 60, [listener]);
    await eventually(() => expect(listener.arrivals().length).toBeGreaterThan(20));
    const before = listener.arrivals().length;
    const { secret } = await scene.api(`POST /endpoints/${listener.id}/secrets`, { overlapHours: 24 });
    gate.resolve();
    await listener.settled(68);
    const [early, late] = [listener.arrivals().slice(0, before), listener.arrivals().slice(before)];
    const problems = (arrivals: typeof early, ...known: string[]) =>
      arrivals.map((arrival) => signatureProblem(arrival, { webhookSecrets: known })).filter(Boolean);
    expect(problems(early, listener.secret)).toEqual([]);
    expect(late.length).toBeGreaterThan(0);
    for (const known of [[listener.secret], [secret], [listener.secret, secret]]) {
      expect(problems(late, ...known)).toEqual([]);
    }
    await scene.check([listener], acknowledged);

    const third = await scene.api(`POST /endpoints/${listener.id}/secrets`, { overlapHours: 0 });
    const last = await scene.converse(agentId, 1, [listener]);
    await listener.settled(69);
    const newest = listener.arrivals().slice(-1);
    expect([problems(newest, listener.secret, secret).length, problems(newest, third.secret)]).toEqual([
      1,
      [],
    ]);
    scene.receiver.trust(listener.path, { webhookSecrets: [listener.secret, third.secret] });
    await scene.check([listener], last);
  });

  test("F40: the clock jumps an hour back and forth: no early burst, nothing sent twice", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, {
      behaviour: (_, index) => (index < 3 ? { status: 500 } : {}),
    });
    const acknowledged = await scene.converse(agentId, 3, [listener]);
    await eventually(() => expect(listener.arrivals()).toHaveLength(3));
    await eventually(async () => expect(await listener.attempts()).toHaveLength(3));
    await scene.server.tell({ aheadMs: -HOUR_MS });
    const witness = await scene.listen(agentId);
    // Signatures of an hour ago do not hold, and should not.
    for (const { path } of [listener, witness]) scene.receiver.trust(path, {});
    acknowledged.push(...(await scene.converse(agentId, 1, [listener, witness])));
    await witness.settled(1);
    await eventually(() => expect(listener.arrivals()).toHaveLength(4));
    const open = (await listener.deliveries()).filter(({ state }) => state === "pending");
    expect(open).toHaveLength(3);
    await scene.server.tell({ aheadMs: HOUR_MS });
    await listener.settled(4);
    expect(listener.arrivals()).toHaveLength(7);
    await scene.check([listener, witness], acknowledged);
  });

  test("F40: stopped while attempts are answered, and continued: they end once, nothing is claimed twice", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { behaviour: { delayMs: 300 } });
    const acknowledged = await scene.converse(agentId, 10, [listener]);
    await eventually(() => expect(listener.arrivals().length).toBeGreaterThan(0));
    scene.server.kill("SIGSTOP");
    const answered = scene.receiver.at(listener.path).length;
    await eventually(() => expect(listener.arrivals()[answered - 1]?.status).toBe(200));
    scene.server.kill("SIGCONT");
    await listener.settled(10);
    expect(listener.arrivals()).toHaveLength(10);
    await scene.check([listener], acknowledged);
  });

  test("F41: deleted, and that was acknowledged, then killed: nothing goes there any more", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const [deleted, witness] = [
      await scene.listen(agentId, { behaviour: { until: never } }),
      await scene.listen(agentId),
    ];
    const acknowledged = await scene.converse(agentId, 20, [deleted, witness]);
    await eventually(() => expect(deleted.arrivals().length).toBeGreaterThan(0));
    await scene.api(`DELETE /endpoints/${deleted.id}`);
    const [asked, deletedMs] = [deleted.arrivals().length, Date.now()];
    scene.receiver.behave(deleted.path, {});
    await scene.restart();
    acknowledged.push(...(await scene.converse(agentId, 3, [witness])));
    await witness.settled(23);
    expect(deleted.arrivals().slice(asked)).toEqual([]);
    expect(deleted.arrivals().every(({ atMs }) => atMs <= deletedMs)).toBe(true);
    await deleted.settled(20, ["dropped"]);
    await expect(scene.api(`GET /endpoints/${deleted.id}`)).rejects.toThrow("404");
    await scene.check([deleted, witness], acknowledged, [deleted]);
  });

  test("F42: an address is taken only when it gives the challenge back within three seconds", async () => {
    const scene = set();
    const app = await scene.coze().data("POST /v1/api_apps", { app_type: "normal", name: "challenged" });
    const echo = answeringChallenges();
    const bad: Record<string, Behaviour> = {
      "/wrong": { headers: { "content-type": "application/json" }, body: '{"challenge":"another"}' },
      "/late": (arrival) => ({ ...echo(arrival), delayMs: 3_500 }),
      "/failing": (arrival) => ({ ...echo(arrival), status: 500 }),
      "/redirecting": { status: 302, headers: { location: `${scene.receiver.url}/good` } },
    };
    for (const [path, behaviour] of Object.entries({ ...bad, "/good": echo, "/better": echo })) {
      scene.receiver.behave(path, behaviour);
      scene.receiver.trust(path, { verifyToken: app.verify_token });
    }
    const save = (callback_url: string) => scene.coze().call(`PUT /v1/api_apps/${app.id}`, { callback_url });
    const saved = async () => {
      const { items } = await scene.coze().data("GET /v1/api_apps");
      return items.find(({ id }: { id: string }) => id === app.id).callback_url;
    };
    expect((await save(`${scene.receiver.url}/good`)).code).toBe(0);
    const addresses = Object.keys(bad).map((path) => `${scene.receiver.url}${path}`);
    const forbidden = ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]:8080/"];
    const answers = await Promise.all([...addresses, ...forbidden].map(save));
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 4000));
    expect(await saved()).toBe(`${scene.receiver.url}/good`);
    expect((await save(`${scene.receiver.url}/better`)).code).toBe(0);
    expect(await saved()).toBe(`${scene.receiver.url}/better`);
    const [question] = scene.receiver.at("/better");
    expect(question && contentOf(question).header.event_type).toBe("url_verification");
    expect(scene.receiver.at("/good")).toHaveLength(1);
    expect(scene.receiver.badSignatures()).toEqual([]);
    await scene.coze().data(`DELETE /v1/api_apps/${app.id}`);
  });
});
