import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engines } from "../../test/support/engines.ts";
import { parseSecretKey } from "../config/secrets.ts";
import type { UserId } from "../domain/ids.ts";
import { openModels } from "../models/catalog.ts";
import { anAgent, NOW, SETTINGS } from "../storage/conformance/factories.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import type { LanguageModelDefinition } from "./kept-definition.ts";
import { ModelDesk } from "./model-desk.ts";

const KEY = parseSecretKey(randomBytes(32).toString("base64"), "test");
const OTHER_KEY = parseSecretKey(randomBytes(32).toString("base64"), "test");
const CLAUDE = {
  provider: "anthropic",
  name: "claude",
  model: "m",
  apiKey: "sk-secret",
  headers: { "x-team": "hidden" },
} satisfies LanguageModelDefinition;

let store: Store;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:", durability: "relaxed" });
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await store.close();
});

async function aDesk(secretKey = KEY) {
  const fixed = {
    provider: "openai-compatible",
    name: "fixed",
    baseUrl: "http://127.0.0.1:1/v1",
    model: "m",
  } as const;
  const models = await openModels([fixed]);
  closers.push(() => models.close());
  const configured = [{ definition: fixed, source: "file" as const }];
  return { models, desk: new ModelDesk({ store, secretKey, models, configured, timeouts: undefined }) };
}

const made = { by: 1 as UserId, isDefault: false, now: NOW };

test("a model is kept without anything readable that is secret, and shown without it", async () => {
  const { desk, models } = await aDesk();
  await desk.create(CLAUDE, made);
  const stored = JSON.stringify(await store.models.list());
  expect(stored).not.toContain("sk-secret");
  expect(stored).not.toContain("hidden");
  expect(await desk.list()).toMatchObject([
    { source: "file", isDefault: true },
    { source: "store", isDefault: false, hasKey: true, definition: { name: "claude", model: "m" } },
  ]);
  expect(JSON.stringify(await desk.list())).not.toContain("sk-secret");
  expect(models.names).toEqual(["fixed", "claude"]);
});

test("what an openai-compatible model cannot do without is not taken from it", async () => {
  const { desk } = await aDesk();
  const common = { provider: "openai-compatible" as const, model: "m" };
  await desk.create({ ...common, name: "local", baseUrl: "http://127.0.0.1:1/v1" }, made);
  const refused = { code: "request_invalid", field: "baseUrl" };
  await expect(desk.change("local", { baseUrl: null }, NOW)).rejects.toMatchObject(refused);
  const trying = desk.tryNamed("local", { baseUrl: null }, new AbortController().signal);
  await expect(trying).rejects.toMatchObject(refused);
  expect((await desk.list()).at(-1)?.definition).toMatchObject({ baseUrl: "http://127.0.0.1:1/v1" });
});

test.each(engines)("changes that are made at once all last, on $name", async (engine) => {
  const url = await engine.databaseUrl();
  if (url !== undefined) {
    await store.close();
    store = await openPostgresStore({ url });
  }
  const { desk } = await aDesk();
  await desk.create(CLAUDE, made);
  const prices = { input: 1, output: 2, currency: "CNY" };
  for (let round = 0; round < 5; round += 1) {
    const model = `m${round}`;
    await desk.change("claude", { prices: null, parameters: null }, NOW);
    await Promise.all([
      desk.change("claude", { model }, NOW),
      desk.change("claude", { prices }, NOW),
      desk.change("claude", { parameters: { topP: 0.5 } }, NOW),
    ]);
    const [, claude] = await desk.list();
    expect(claude?.definition).toMatchObject({ model, prices, parameters: { topP: 0.5 } });
  }
});

test("names are taken once, also by what is configured, which is changed only there", async () => {
  const { desk } = await aDesk();
  await desk.create(CLAUDE, made);
  await expect(desk.create(CLAUDE, made)).rejects.toMatchObject({ field: "name" });
  await expect(desk.create({ ...CLAUDE, name: "fixed" }, made)).rejects.toMatchObject({ field: "name" });
  await expect(desk.change("fixed", { model: "x" }, NOW)).rejects.toMatchObject({ field: "name" });
  await expect(desk.remove("fixed", { force: true })).rejects.toMatchObject({ field: "name" });
  await expect(desk.change("nobody", {}, NOW)).rejects.toMatchObject({ code: "not_found" });
});

test("what is left out of a change stays, null takes away", async () => {
  const { desk, models } = await aDesk();
  const prices = { input: 1, output: 2, currency: "CNY" };
  await desk.create({ ...CLAUDE, prices }, made);
  await desk.change("claude", { model: "new", isDefault: true }, NOW);
  expect(models.find(undefined)).toMatchObject({ name: "claude", prices });
  await desk.change("claude", { prices: null, apiKey: null }, NOW);
  const [, kept] = await desk.list();
  expect(kept).toMatchObject({ isDefault: true, hasKey: false, definition: { model: "new" } });
  expect(models.find("claude")?.prices).toBeUndefined();
});

test("a kept key goes to no other host, neither for good nor to be tried", async () => {
  const { desk } = await aDesk();
  const { headers: _, ...claude } = CLAUDE;
  const baseUrl = "https://vendor.example/v1";
  await desk.create({ ...claude, baseUrl }, made);
  const { signal } = new AbortController();
  const refused = { code: "request_invalid", field: "apiKey" };
  for (const elsewhere of ["https://vendor.example.evil/v1", "http://vendor.example/v1", null]) {
    await expect(desk.change("claude", { baseUrl: elsewhere }, NOW)).rejects.toMatchObject(refused);
    await expect(desk.tryNamed("claude", { baseUrl: elsewhere }, signal)).rejects.toMatchObject(refused);
  }
  await desk.change("claude", { baseUrl: "https://vendor.example/v2" }, NOW);
  await desk.change("claude", { baseUrl: "https://other.example/v1", apiKey: "sk-other" }, NOW);
  await desk.change("claude", { baseUrl: "https://third.example/v1", apiKey: null }, NOW);
  await desk.change("claude", { baseUrl: null }, NOW);
});

test("a model that an agent names goes only by force", async () => {
  const { desk, models } = await aDesk();
  await desk.create(CLAUDE, made);
  await store.agents.save(anAgent(store, { name: "Shop", settings: { ...SETTINGS, model: "claude" } }));
  await expect(desk.remove("claude", { force: false })).rejects.toMatchObject({
    message: "claude is used by Shop",
    field: "force",
  });
  await desk.remove("claude", { force: true });
  expect(models.names).toEqual(["fixed"]);
});

test("what another node connects is offered here as soon as it is looked for", async () => {
  const here = await aDesk();
  const there = await aDesk();
  await here.desk.open();
  await there.desk.create(CLAUDE, { ...made, isDefault: true });
  expect(here.models.defaultName).toBe("fixed");
  await here.desk.refresh();
  expect(here.models.defaultName).toBe("claude");
});

test("a model whose secrets were encrypted with another key is told of and does not keep others from working", async () => {
  await (await aDesk(OTHER_KEY)).desk.create(CLAUDE, made);
  const { desk, models } = await aDesk();
  await desk.create({ provider: "google", name: "gemini", model: "m" }, made);
  const [, claude, gemini] = await desk.list();
  expect(claude).toMatchObject({ hasKey: true, problem: expect.stringContaining("encrypted with key") });
  expect(gemini?.problem).toBeUndefined();
  expect(models.names).toEqual(["fixed", "gemini"]);
});
