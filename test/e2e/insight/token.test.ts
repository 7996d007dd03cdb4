import { createHmac, randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { AccessKeyTokens } from "../../../src/access/access-key-tokens.ts";
import {
  changeAccessKey,
  disableAccessKey,
  enableAccessKey,
  rotateAccessKey,
} from "../../../src/access/access-keys.ts";
import { startAntiphon } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { callWith, keyMaker, type MadeKey } from "./access-keys.ts";
import { useInsightWorld } from "./world.ts";

const CHEAP = "GET /knowledge-base/list";
const HOUR_MS = 3_600_000;

describe.each(engines)("tokens of access keys on $name", (engine) => {
  const world = useInsightWorld(engine);
  let maker: Awaited<ReturnType<typeof keyMaker>>;
  beforeAll(async () => {
    maker = await keyMaker(world().server);
  });

  const services = () => ({ store: world().server.store, now: () => new Date() });
  const ask = (accessKeyId: unknown, accessKeySecret: unknown) =>
    callWith(world().url, undefined, "POST /get-access-token", { body: { accessKeyId, accessKeySecret } });
  const use = (token: string) => callWith(world().url, token, CHEAP);
  const codeOf = async (token: string) => (await use(token)).body.code;
  /** What a route answers that is not there yet, to who may call it. */
  const LET_IN = 50101;

  test("two calls in a row give two tokens that are both good for two hours", async () => {
    const { key, secret } = await maker.make();
    const answers = [await ask(key.keyId, secret), await ask(key.keyId, secret)];
    const tokens: string[] = answers.map(({ body }) => body.data.accessToken);
    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          code: 0,
          data: { accessToken: expect.any(String), expiresIn: 7200 },
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      });
    }
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) {
      expect(token.length).toBeLessThanOrEqual(1024);
      expect(await codeOf(token)).toBe(LET_IN);
    }
    const { accessKeys } = world().server.store;
    await eventually(async () => (await accessKeys.findByKeyId(key.keyId))?.lastUsedAt !== undefined);

    tokens.push(maker.tokenOf(await disableAccessKey(services(), key.keyId)));
    for (const token of tokens) {
      expect(await use(token)).toMatchObject({ status: 401, body: { code: 40102, statusCode: 401 } });
    }
    expect((await ask(key.keyId, secret)).body.code).toBe(40104);
    await enableAccessKey(services(), key.keyId);
    for (const token of tokens.slice(0, 2)) expect(await codeOf(token)).toBe(40102);
    expect((await ask(key.keyId, secret)).status).toBe(200);
  });

  test("a wrong key and a wrong secret get the same answer", async () => {
    const { key, secret } = await maker.make();
    const answers = [
      await ask("6c7b0000-dead-4000-8000-000000000000", secret),
      await ask(key.keyId, `${secret}x`),
      await ask(key.keyId, "x"),
      await ask("' or 1=1 --", secret),
    ];
    const [first, ...others] = answers.map(({ status, body: { requestId, ...body } }) => ({ status, body }));
    expect(first).toMatchObject({
      status: 401,
      body: { code: 40104, errorCode: "ACCESS_KEY_INVALID", statusCode: 401 },
    });
    for (const other of others) expect(other).toEqual(first);
    expect((await ask(1, secret)).body).toMatchObject({
      code: 40001,
      details: [{ field: "accessKeyId", message: "must be a string" }],
    });
    expect((await ask(undefined, undefined)).body.details).toHaveLength(2);
  });

  test("another secret voids the one before and every token got with it", async () => {
    const { key, secret, token } = await maker.make();
    expect(await codeOf(token)).toBe(LET_IN);
    const rotated = await rotateAccessKey(services(), key.keyId);
    expect(await codeOf(token)).toBe(40102);
    expect((await ask(key.keyId, secret)).body.code).toBe(40104);
    const fresh = await ask(key.keyId, rotated.secret);
    expect(await codeOf(fresh.body.data.accessToken)).toBe(LET_IN);
  });

  test("a token may do what its key may do now", async () => {
    const { key, token } = await maker.make();
    await changeAccessKey(services(), key.keyId, { scopes: ["chat"] });
    expect(await use(token)).toMatchObject({ status: 403, body: { code: 40301 } });
    await changeAccessKey(services(), key.keyId, { scopes: ["knowledge:read"], networks: ["10.0.0.0/8"] });
    expect(await use(token)).toMatchObject({ status: 403, body: { code: 40301 } });
    await changeAccessKey(services(), key.keyId, { networks: ["10.0.0.0/8", "127.0.0.1"] });
    expect(await codeOf(token)).toBe(LET_IN);
    await changeAccessKey(services(), key.keyId, { networks: null });
    expect(await codeOf(token)).toBe(LET_IN);
  });

  test("a token ends after two hours", async () => {
    const { key } = await maker.make();
    const late = maker.tokenOf(key, new Date(Date.now() - 2 * HOUR_MS));
    expect(await use(late)).toMatchObject({ status: 401, body: { code: 40103, errorCode: "TOKEN_EXPIRED" } });
    expect(await codeOf(maker.tokenOf(key, new Date(Date.now() - 1.9 * HOUR_MS)))).toBe(LET_IN);
  });

  test("a token that somebody else signed or changed is none", async () => {
    const { key, token } = await maker.make();
    const [head = "", content = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(content, "base64url").toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString("base64url");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
    const secretKey = { bytes: randomBytes(32), id: "00000000" };
    const elsewhere = new AccessKeyTokens({ store: world().server.store, secretKey });
    const guessed = createHmac("sha256", "secret").update(`${head}.${content}`).digest("base64url");
    const forged = [
      `${head}.${changed}.${signature}`,
      `${unsigned}.${content}.`,
      `${unsigned}.${content}.${signature}`,
      `${head}.${content}.${guessed}`,
      `${head}.${content}`,
      `${token}.x`,
      `${token}${"A".repeat(1_024)}`,
      elsewhere.mint(key, new Date()),
      "pat_insight_world_owner",
    ];
    for (const text of forged) expect([text, await codeOf(text)]).toEqual([text, 40102]);
    expect((await callWith(world().url, undefined, CHEAP)).body.code).toBe(40101);
  });
});

describe("limits of access keys", () => {
  const file = { insight: { accessKeys: [] } };
  const environment = { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_INSIGHT_SUCCESS_STATUS: "201" };

  async function withServer(work: (url: string, made: MadeKey, other: MadeKey) => Promise<void>) {
    const server = await startAntiphon({ file, environment });
    try {
      const maker = await keyMaker(server);
      await work(server.url, await maker.make(), await maker.make());
    } finally {
      await server.close();
    }
  }

  test("thirty tokens a minute, whatever was asked for", { timeout: 60_000 }, async () => {
    await withServer(async (url, { key, secret }, other) => {
      const ask = (accessKeyId: string, accessKeySecret: string) =>
        callWith(url, undefined, "POST /get-access-token", { body: { accessKeyId, accessKeySecret } });
      const statuses: number[] = [];
      for (let count = 0; count < 15; count += 1) {
        statuses.push((await ask(key.keyId, secret)).status, (await ask(key.keyId, "wrong secret")).status);
      }
      expect(statuses).toEqual(Array.from({ length: 15 }, () => [201, 401]).flat());
      for (const one of [other, { key, secret }]) {
        const refused = await ask(one.key.keyId, one.secret);
        expect(refused).toMatchObject({ status: 429, body: { code: 42901, errorCode: "RATE_LIMITED" } });
        expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      }
    });
  });

  test("too many requests at once are told when to come back", { timeout: 60_000 }, async () => {
    await withServer(async (url, { token }, other) => {
      const refused = await eventually(async () => {
        const calls = Array.from({ length: 200 }, () => callWith(url, token, CHEAP));
        const answers = await Promise.all(calls);
        const limited = answers.find(({ status }) => status === 429);
        if (limited === undefined) throw new Error("all were let in");
        return limited;
      });
      expect(refused.body.code).toBe(42901);
      expect(refused.headers.get("retry-after")).toBe("1");
      expect((await callWith(url, other.token, CHEAP)).status).toBe(501);
    });
  });
});
