import { expect, it } from "vitest";
import type { AgentId, FileId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { aFile, later, NOW } from "./factories.ts";

/** Uploaded files, and values of end users' variables. */
export function fileConformance(shared: () => Store): void {
  it("a file comes back as it was uploaded, and a deleted one does not", async () => {
    const store = shared();
    const file = aFile(store, { name: "合同 “一”.pdf", sizeBytes: 512 * 1024 * 1024 * 5 });
    await store.files.insert(file);
    expect(await store.files.find(file.id)).toEqual(file);
    await store.files.delete([file.id]);
    expect(await store.files.find(file.id)).toBeUndefined();
    await store.files.delete([]);
    expect(await store.files.find(store.newId<FileId>())).toBeUndefined();
  });

  it("files are found by their age, oldest first and no more than asked for", async () => {
    const store = shared();
    const time = new Date("2020-01-01T00:00:00Z");
    const ages = [1, 2, 3].map((seconds) => new Date(time.getTime() + seconds * 1_000));
    const files = ages.map((createdAt) => aFile(store, { createdAt }));
    for (const file of files.toReversed()) await store.files.insert(file);
    const ids = files.map((file) => file.id);
    const [, , third] = ages;
    expect(await store.files.madeBefore(third ?? time, 10)).toEqual(ids.slice(0, 2));
    expect(await store.files.madeBefore(NOW, 2)).toEqual(ids.slice(0, 2));
    await store.files.delete(ids);
    expect(await store.files.madeBefore(NOW, 10)).toEqual([]);
  });

  it("values of variables are kept by agent, channel and end user, with when they were set first and last", async () => {
    const store = shared();
    const of = { agentId: store.newId<AgentId>(), channel: "api", userId: "用户" };
    await store.userVariables.save(of, { city: "北京", name: "" }, NOW);
    await store.userVariables.save(of, { city: "上海", age: "7" }, later(5));
    await store.userVariables.save(of, {}, later(9));
    expect(await store.userVariables.list(of)).toEqual([
      { key: "city", value: "上海", createdAt: NOW, updatedAt: later(5) },
      { key: "name", value: "", createdAt: NOW, updatedAt: NOW },
      { key: "age", value: "7", createdAt: later(5), updatedAt: later(5) },
    ]);
    const strangers = [
      { ...of, agentId: store.newId<AgentId>() },
      { ...of, channel: "web-sdk" },
      { ...of, userId: "用户2" },
    ];
    for (const stranger of strangers) expect(await store.userVariables.list(stranger)).toEqual([]);
  });
}
