import { afterEach, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../support/antiphon.ts";
import { callWith } from "./access-keys.ts";

const KEY = { id: "6c7b0002-0000-4000-8000-000000000001", secret: "insight-limits-secret", scopes: ["all"] };

let server: TestAntiphon;
afterEach(() => server.close());

async function start(environment: Record<string, string>, key: object = {}): Promise<void> {
  server = await startAntiphon({
    file: { insight: { accessKeys: [{ ...KEY, ...key }] } },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...environment },
  });
}

const askFrom = (forwardedFor: string) =>
  callWith(server.url, undefined, "POST /get-access-token", {
    body: { accessKeyId: KEY.id, accessKeySecret: KEY.secret },
    headers: { "x-forwarded-for": forwardedFor },
  });

test("behind a trusted proxy a key is used from the networks of the client, not of the proxy", async () => {
  await start({ ANTIPHON_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8" }, { networks: ["192.0.2.0/24"] });
  expect((await askFrom("192.0.2.7")).status).toBe(200);
  expect((await askFrom("192.0.2.7, 10.1.1.1")).status).toBe(200);
  expect((await askFrom("198.51.100.1")).status).toBe(403);
  expect((await askFrom("192.0.2.7, 198.51.100.1")).status).toBe(403);
});

test("the header of who is no trusted proxy is not read", async () => {
  await start({}, { networks: ["192.0.2.0/24"] });
  expect((await askFrom("192.0.2.7")).status).toBe(403);
});
