import { expect, it } from "vitest";
import type { AgentId, ReceivedFeedbackId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { later, NOW } from "./factories.ts";
import { anAccessKey } from "./insight-factories.ts";

/** Access keys, and feedback callbacks of other servers. */
export function accessKeyConformance(shared: () => Store): void {
  it("an access key is kept as it is given, with limits and without", async () => {
    const store = shared();
    const open = anAccessKey(store);
    const limited = anAccessKey(store, {
      agentIds: [store.newId<AgentId>()],
      networks: ["192.0.2.0/24"],
      origins: ["https://example.com"],
      isFromFile: true,
      disabledAt: later(1),
      lastUsedAt: later(2),
    });
    for (const key of [open, limited]) {
      expect(await store.accessKeys.insert(key)).toBe(true);
      expect(await store.accessKeys.get(key.id)).toEqual(key);
      expect(await store.accessKeys.findByKeyId(key.keyId)).toEqual(key);
      expect(await store.transaction(({ accessKeys }) => accessKeys.findToChange(key.keyId))).toEqual(key);
    }
    expect(await store.accessKeys.findByKeyId("nobody's")).toBeUndefined();
  });

  it("a key id belongs to one access key of the installation", async () => {
    const store = shared();
    const first = anAccessKey(store);
    await store.accessKeys.insert(first);
    expect(await store.accessKeys.insert(anAccessKey(store, { keyId: first.keyId }))).toBe(false);
    expect(await store.accessKeys.findByKeyId(first.keyId)).toEqual(first);
  });

  it("a changed access key keeps its key id and when it was made and used", async () => {
    const store = shared();
    const key = anAccessKey(store, { origins: ["https://example.com"] });
    await store.accessKeys.insert(key);
    await store.accessKeys.touch(key.id, later(9));
    const { origins: _, ...unlimited } = key;
    const changed = { ...unlimited, name: "新", scopes: [], version: 2, disabledAt: later(3) };
    await store.accessKeys.save({ ...changed, keyId: "other", createdAt: later(5) });
    expect(await store.accessKeys.get(key.id)).toEqual({ ...changed, lastUsedAt: later(9) });
  });

  it("when an access key was used is noted within a minute", async () => {
    const store = shared();
    const key = anAccessKey(store);
    await store.accessKeys.insert(key);
    const touched = async (at: Date) => {
      await store.accessKeys.touch(key.id, at);
      return (await store.accessKeys.get(key.id))?.lastUsedAt;
    };
    expect(await touched(later(1))).toEqual(later(1));
    expect(await touched(later(60))).toEqual(later(1));
    expect(await touched(later(61))).toEqual(later(61));
  });

  it("access keys are listed oldest first, those of one workspace or all", async () => {
    const store = shared();
    const [first, second] = [anAccessKey(store), anAccessKey(store)];
    const third = anAccessKey(store, { workspaceId: first.workspaceId });
    for (const key of [first, second, third]) await store.accessKeys.insert(key);
    expect(await store.accessKeys.list(first.workspaceId)).toEqual([first, third]);
    const all = (await store.accessKeys.list()).map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining([first.id, second.id, third.id]));
  });

  it("changes made at once to an access key are made one after another", async () => {
    const store = shared();
    const key = anAccessKey(store);
    await store.accessKeys.insert(key);
    const grow = () =>
      store.transaction(async ({ accessKeys }) => {
        const current = await accessKeys.findToChange(key.keyId);
        if (current === undefined) throw new Error("the key is gone");
        await accessKeys.save({ ...current, version: current.version + 1 });
      });
    await Promise.all(Array.from({ length: 8 }, grow));
    expect((await store.accessKeys.get(key.id))?.version).toBe(9);
  });

  it("a feedback callback of another server is kept once under its name; nameless ones are all kept", async () => {
    const store = shared();
    const received = (webhookId: string) => ({
      id: store.newId<ReceivedFeedbackId>(),
      webhookId,
      revision: 3,
      rater: "用户",
      body: '{"feedbackStatus":"none"}',
      receivedAt: NOW,
    });
    const [named, again] = [received("fb_1"), received("fb_1")];
    const [nameless, other] = [received(""), received("")];
    expect(await store.receivedFeedback.add(named)).toBe(true);
    expect(await store.receivedFeedback.add(again)).toBe(false);
    expect(await store.receivedFeedback.add(nameless)).toBe(true);
    expect(await store.receivedFeedback.add(other)).toBe(true);
    expect(await store.receivedFeedback.list({ limit: 2 })).toEqual([other, nameless]);
    expect(await store.receivedFeedback.list({ before: nameless.id, limit: 2 })).toEqual([named]);
    expect(await store.receivedFeedback.forget(new Date(), 10)).toBe(0);
    const later = new Date(Date.now() + 2 * 86_400_000);
    expect(await store.receivedFeedback.forget(later, 2)).toBe(2);
    expect(await store.receivedFeedback.list({ limit: 10 })).toEqual([other]);
    expect(await store.receivedFeedback.forget(later, 2)).toBe(1);
  });
}
