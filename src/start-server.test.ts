import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { operatorEndpoint } from "./callbacks/operator-endpoint.ts";
import { readConfig } from "./config/config.ts";
import { startServer } from "./start-server.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-start-"));
});
afterEach(() => rm(folder, { recursive: true }));

const environment = () => ({ ANTIPHON_DATA: folder, ANTIPHON_PORT: "0" });

test("closing goes on to the store when something before it cannot be closed, and tells of it", async () => {
  const server = await startServer(readConfig(environment()), undefined);
  const { app } = server;
  vi.spyOn(app, "stop").mockRejectedValueOnce(new Error("stuck"));
  await expect(server.close()).rejects.toThrow("stuck");
  await expect(server.store.ping()).rejects.toMatchObject({ code: "storage_failed" });
  await app.stop();
});

test("a path prefix that is served anyway is no hindrance", async () => {
  const loaded = readConfig({ ...environment(), ANTIPHON_PATH_PREFIX: "/api/v1/" });
  const server = await startServer(loaded, undefined);
  expect((await fetch(`${server.url}/api/v1/get_app`, { method: "POST" })).status).toBe(401);
  await server.close();
});

test("the operator's endpoint is there while the environment names it", async () => {
  const operator = { ANTIPHON_OPERATOR_URL: "https://pager.example.com/hooks" };
  const named = await startServer(readConfig({ ...environment(), ...operator }), undefined);
  expect(await operatorEndpoint(named.store)).toMatchObject({ url: operator.ANTIPHON_OPERATOR_URL });
  await named.close();
  const unnamed = await startServer(readConfig(environment()), undefined);
  expect(await operatorEndpoint(unnamed.store)).toBeUndefined();
  await unnamed.close();
});
