import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/domain/channel.ts";
import { startAntiphon, type TestAntiphon } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { aVisitor } from "./visitor.ts";

const SECRET = "secret of the channel's app";
const PASSWORD = "correct horse battery";

/** What the channel was asked, and whose account it says it is. */
interface SampleChannel {
  url: string;
  asked: { path: string; authorization: string | undefined; body: unknown }[];
  user: unknown;
  close(): Promise<unknown>;
}

/** The three addresses of a channel, as the official sample has them; its user always agrees. */
async function startSampleChannel(): Promise<SampleChannel> {
  const asked: SampleChannel["asked"] = [];
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    const body = await text(request);
    const path = request.url ?? "";
    asked.push({ path, authorization: request.headers.authorization, body: body && JSON.parse(body) });
    const isToken = path === "/oauth/token";
    const isKnown = isToken ? JSON.parse(body).code === "good" : path === "/oauth/user";
    response.writeHead(isKnown ? 200 : 400, { "content-type": "application/json" });
    response.end(
      JSON.stringify(isToken ? { access_token: "t", token_type: "bearer", expires_in: 60 } : channel.user),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const channel: SampleChannel = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    user: { id: "u-77", name: "Maker in the market" },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return channel;
}

describe.each(engines)("linking an account in a channel on $name", (engine) => {
  let sample: SampleChannel;
  let server: TestAntiphon;
  let channel: Channel;
  beforeAll(async () => {
    sample = await startSampleChannel();
    const authorization = {
      mode: "oauth",
      authorizeUrl: `${sample.url}/oauth/authorize?tenant=1`,
      tokenUrl: `${sample.url}/oauth/token`,
      userUrl: `${sample.url}/oauth/user`,
      clientId: "antiphon",
      clientSecret: SECRET,
    };
    server = await startAntiphon({
      file: {
        models: [{ name: "m", provider: "extractive" }],
        users: ["maker", "other", "market-owner"].map((name) => ({ name, password: PASSWORD })),
        channels: [
          { slug: "market", name: "Market <b>", owner: "market-owner", authorization },
          { slug: "plain", name: "Plain", owner: "market-owner" },
        ],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
      databaseUrl: await engine.databaseUrl(),
    });
    const found = await server.store.channels.findBySlug("market");
    if (found === undefined) throw new Error("no channel");
    channel = found;
  });
  afterAll(async () => {
    await server?.close();
    await sample?.close();
  });

  const page = () => `/channels/${channel.id}/link`;
  const accountOf = async (name: string) => {
    const user = await server.store.users.findByName(name);
    return user && server.store.channels.findAccount(channel.id, user.id);
  };
  async function signedIn(name: string, language?: string) {
    const visitor = aVisitor(server.url, language);
    expect((await visitor.get(page())).location).toBe(`/sign-in?return_to=${encodeURIComponent(page())}`);
    expect((await visitor.signIn(name, PASSWORD, page())).location).toBe(page());
    return visitor;
  }

  it("asks the person, sends the browser to the channel and keeps whose account it is", async () => {
    const visitor = await signedIn("maker");
    const asking = await visitor.get(page());
    expect(asking.body).toContain("Link your account in Market &#60;b&#62;");
    const leaving = await visitor.submit(asking, { decision: "link" });
    const there = new URL(leaving.location);
    expect(there.origin + there.pathname).toBe(`${sample.url}/oauth/authorize`);
    const { state = "", ...query } = Object.fromEntries(there.searchParams);
    const redirectUri = `${server.url}/channels/${channel.id}/callback`;
    expect(query).toEqual({
      tenant: "1",
      client_id: "antiphon",
      response_type: "code",
      redirect_uri: redirectUri,
    });
    const back = new URL(redirectUri);
    back.search = String(new URLSearchParams({ code: "good", state }));
    sample.asked.length = 0;
    expect((await visitor.get(back.href)).location).toBe(page());
    expect(sample.asked).toEqual([
      {
        path: "/oauth/token",
        authorization: undefined,
        body: {
          client_id: "antiphon",
          client_secret: SECRET,
          code: "good",
          grant_type: "authorization_code",
          redirect_uri: redirectUri,
        },
      },
      { path: "/oauth/user", authorization: "Bearer t", body: "" },
    ]);
    expect(await accountOf("maker")).toMatchObject({ accountId: "u-77", name: "Maker in the market" });
    const linked = await visitor.get(page());
    expect(linked.body).toContain("is linked: Maker in the market");
    await visitor.submit(linked, { decision: "unlink" });
    expect(await accountOf("maker")).toBeUndefined();
  });

  it("keeps nothing when the answer was begun in another browser, the code is wrong or the channel says no", async () => {
    const [maker, other] = [await signedIn("maker"), await signedIn("other")];
    const begun = await maker.submit(await maker.get(page()), { decision: "link" });
    const state = new URL(begun.location).searchParams.get("state") ?? "";
    const answers: [typeof maker, Record<string, string>][] = [
      [other, { code: "good", state }],
      [maker, { code: "good", state: `${state}x` }],
      [maker, { code: "good", state: state.replace(/^\d/, "9") }],
      [maker, { code: "wrong", state }],
      [maker, { error: "access_denied", state }],
    ];
    for (const [visitor, query] of answers) {
      const seen = await visitor.get(`/channels/${channel.id}/callback?${new URLSearchParams(query)}`);
      expect([seen.status, seen.body.includes("was not linked")]).toEqual([400, true]);
    }
    for (const user of [{ nobody: true }, { id: "u\u0000" }, { id: "u", name: "\u0000" }]) {
      sample.user = user;
      const query = new URLSearchParams({ code: "good", state });
      expect((await maker.get(`/channels/${channel.id}/callback?${query}`)).status).toBe(400);
    }
    sample.user = { id: 5 };
    expect([await accountOf("maker"), await accountOf("other")]).toEqual([undefined, undefined]);
    expect((await maker.post(page(), { decision: "link" })).status).toBe(403);
  });

  it("is there in Chinese, and only for channels that ask for accounts", async () => {
    const visitor = await signedIn("maker", "zh");
    expect((await visitor.get(page())).body).toContain("绑定你在「Market &#60;b&#62;」的账号");
    const plain = await server.store.channels.findBySlug("plain");
    for (const id of [plain?.id, 12345, "x"]) {
      expect((await visitor.get(`/channels/${id}/link`)).status).toBe(404);
    }
  });
});
