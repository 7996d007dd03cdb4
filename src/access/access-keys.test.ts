import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anAgent } from "../chat/testing/fixtures.ts";
import { FILE_ACCESS_SCOPES } from "../config/file-access-key-schema.ts";
import { installationSchema } from "../config/file-schema.ts";
import { ACCESS_SCOPES } from "../domain/access-key.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import {
  changeAccessKey,
  createAccessKey,
  disableAccessKey,
  enableAccessKey,
  rotateAccessKey,
} from "./access-keys.ts";
import { applyAccessKeys } from "./file-access-keys.ts";
import { verifyPassword } from "./passwords.ts";

const now = () => new Date("2026-03-01T08:00:00Z");
const workspaceId = 1 as WorkspaceId;
const SECRET = "secret of the file";

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
});
afterEach(() => store.close());

const services = () => ({ store, now });
const secretKey = { bytes: randomBytes(32), id: "00000000" };
const create = (settings: Partial<Parameters<typeof createAccessKey>[1]> = {}) =>
  createAccessKey(services(), { workspaceId, name: "key", scopes: ["chat"], ...settings });

describe("access keys", () => {
  it("are made with a secret that only its hash is kept of", async () => {
    const { key, secret } = await create({
      name: "  Shop ",
      scopes: ["workflow", "chat", "chat"],
      networks: ["10.0.0.0/8", "192.0.2.1", "::1", "10.0.0.0/8"],
      origins: ["https://Shop.example/", "http://localhost:5173"],
    });
    expect(key).toMatchObject({
      keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Shop",
      scopes: ["chat", "workflow"],
      networks: ["10.0.0.0/8", "192.0.2.1/32", "::1/128"],
      origins: ["https://shop.example", "http://localhost:5173"],
      version: 1,
    });
    expect(await store.accessKeys.findByKeyId(key.keyId)).toEqual(key);
    expect(await verifyPassword(secret, key.secretHash)).toBe(true);
    expect(JSON.stringify(key)).not.toContain(secret);
  });

  it.each([
    ["name", { name: "  " }],
    ["name", { name: "x".repeat(129) }],
    ["scopes", { scopes: [] }],
    ["networks", { networks: [] }],
    ["networks", { networks: ["10.0.0.0/40"] }],
    ["networks", { networks: ["shop.example"] }],
    ["origins", { origins: ["https://shop.example/path"] }],
    ["origins", { origins: ["*"] }],
    ["origins", { origins: ["null"] }],
    ["origins", { origins: Array.from({ length: 101 }, (_, index) => `https://s${index}.example`) }],
    ["agentIds", { agentIds: [7 as AgentId] }],
  ])("are refused, naming %s, when it is %j, and nothing is stored", async (field, settings) => {
    await expect(create(settings)).rejects.toMatchObject({ code: "request_invalid", field });
    expect(await store.accessKeys.list()).toEqual([]);
  });

  it("are not limited to agents of other workspaces, neither made nor changed so", async () => {
    const elsewhere = await anAgent(store);
    const settings = { agentIds: [elsewhere.id] };
    const isRefused = { code: "request_invalid", field: "agentIds" };
    await expect(create(settings)).rejects.toMatchObject(isRefused);
    const { key } = await create();
    await expect(changeAccessKey(services(), key.keyId, settings)).rejects.toMatchObject(isRefused);
    expect(await store.accessKeys.list()).toEqual([key]);
  });

  it("change what is given, and lose a limit that is null", async () => {
    const { key } = await create({ networks: ["10.0.0.0/8"], origins: ["https://shop.example"] });
    const changed = await changeAccessKey(services(), key.keyId, { networks: null, name: "other" });
    const { networks, ...rest } = key;
    expect(networks).toBeDefined();
    expect(changed).toEqual({ ...rest, name: "other" });
    await expect(changeAccessKey(services(), key.keyId, { origins: ["x"] })).rejects.toThrow(/no origin/);
    expect(await store.accessKeys.findByKeyId(key.keyId)).toEqual(changed);
    await expect(changeAccessKey(services(), "none", {})).rejects.toMatchObject({ code: "not_found" });
  });

  it("are of another version with another secret and once disabled, not when enabled", async () => {
    const { key } = await create();
    const rotated = await rotateAccessKey(services(), key.keyId);
    expect(rotated.key).toMatchObject({ version: 2 });
    expect(await verifyPassword(rotated.secret, rotated.key.secretHash)).toBe(true);
    expect(await disableAccessKey(services(), key.keyId)).toMatchObject({ version: 3, disabledAt: now() });
    expect(await disableAccessKey(services(), key.keyId)).toMatchObject({ version: 3 });
    const enabled = await enableAccessKey(services(), key.keyId);
    expect(enabled.version).toBe(3);
    expect(enabled.disabledAt).toBeUndefined();
  });

  it("can be changed and shut out when an agent that they were limited to is gone", async () => {
    const agent = await anAgent(store);
    const inside = { workspaceId: agent.workspaceId };
    const { key } = await create({ ...inside, agentIds: [agent.id] });
    await store.agents.delete(agent.id, now());
    expect(await changeAccessKey(services(), key.keyId, { name: "other" })).toMatchObject({ name: "other" });
    expect(await rotateAccessKey(services(), key.keyId)).toMatchObject({ key: { agentIds: [agent.id] } });
    expect(await disableAccessKey(services(), key.keyId)).toMatchObject({ disabledAt: now() });
    expect(await enableAccessKey(services(), key.keyId)).not.toHaveProperty("disabledAt");
    await expect(create({ ...inside, agentIds: [agent.id] })).rejects.toMatchObject({ field: "agentIds" });
    const { key: free } = await create(inside);
    const change = { agentIds: [agent.id] };
    await expect(changeAccessKey(services(), free.keyId, change)).rejects.toMatchObject({
      field: "agentIds",
    });
  });
});

describe("access keys of antiphon.yaml", () => {
  const apply = (...accessKeys: object[]) =>
    applyAccessKeys(
      { ...services(), secretKey },
      {
        workspaceId,
        ...installationSchema.parse({ insight: { accessKeys } }).insight,
      },
    );
  const found = (id: string) => store.accessKeys.findByKeyId(id);

  it("are made, left alone, changed, disabled when no longer named, and enabled when named again", async () => {
    const [one, two] = [
      { id: "one", secret: SECRET },
      { id: "two", secret: SECRET, scopes: ["chat"] },
    ];
    expect(await apply(one, two)).toEqual(["created", "created"]);
    expect(await found("one")).toMatchObject({ scopes: [...ACCESS_SCOPES], isFromFile: true, version: 1 });
    expect(await apply(one, two)).toEqual(["unchanged", "unchanged"]);
    expect(await apply({ ...one, name: "One" }, two)).toEqual(["updated", "unchanged"]);
    expect(await found("one")).toMatchObject({ name: "One", version: 1 });
    expect(await apply({ ...one, secret: "another secret" }, two)).toEqual(["updated", "unchanged"]);
    expect(await found("one")).toMatchObject({ version: 2 });
    expect(await apply({ ...one, secret: "another secret" })).toEqual(["unchanged", "removed"]);
    expect(await found("two")).toMatchObject({ version: 2, disabledAt: now() });
    expect(await apply({ ...one, secret: "another secret" }, two)).toEqual(["unchanged", "updated"]);
    const back = await found("two");
    expect([back?.version, back?.disabledAt]).toEqual([2, undefined]);
  });

  it("leave those alone that were made otherwise, and cannot have their ids", async () => {
    const { key } = await create();
    await apply();
    expect(await found(key.keyId)).toEqual(key);
    await expect(apply({ id: key.keyId, secret: SECRET })).rejects.toThrow(/made otherwise/);
    await apply({ id: "one", secret: SECRET });
    await expect(changeAccessKey(services(), "one", { name: "x" })).rejects.toMatchObject({
      code: "permission_denied",
    });
    await expect(rotateAccessKey(services(), "one")).rejects.toMatchObject({ code: "permission_denied" });
  });

  it("know the scopes that the domain knows", () => {
    expect(FILE_ACCESS_SCOPES).toEqual(["all", ...ACCESS_SCOPES]);
  });
});
