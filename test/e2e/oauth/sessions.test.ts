import { randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOAuthApp } from "../../../src/access/oauth-apps.ts";
import { FULL_SCOPE, type OAuthApp } from "../../../src/domain/access.ts";
import { type CozeHttp, cozeHttp } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ChatWorld, openChatWorld } from "../coze/chat-world.ts";
import { askForToken } from "./token-client.ts";
import { aKeyPair } from "./world.ts";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const keys = aKeyPair();

describe.each(engines)("session_name, on $name", (engine) => {
  let world: ChatWorld;
  let app: OAuthApp;
  beforeAll(async () => {
    world = await openChatWorld(engine);
    const { store } = world.server;
    const owner = await store.users.findByName("owner");
    if (owner === undefined) throw new Error("the file's owner is missing");
    ({ app } = await createOAuthApp(
      { store, now: () => new Date() },
      {
        kind: "jwt",
        name: "Shop",
        ownerId: owner.id,
        redirectUris: [],
        publicKeys: [keys.publicKey],
        scope: FULL_SCOPE,
      },
    ));
  });
  afterAll(() => world?.close());

  async function session(name: string | undefined): Promise<CozeHttp> {
    const seconds = Math.floor(Date.now() / 1_000);
    const claims = { iss: String(app.id), aud: new URL(world.url).host, iat: seconds, exp: seconds + 600 };
    const assertion = await new SignJWT({ ...claims, jti: randomUUID(), session_name: name })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: app.publicKeys[0]?.fingerprint ?? "" })
      .sign(await importPKCS8(keys.privateKey, "RS256"));
    const { body } = await askForToken(world.url, { grant_type: JWT_GRANT }, assertion);
    return cozeHttp({ url: world.url, token: body.access_token ?? "" });
  }

  test("keeps the conversations of an app's users apart, in every call that names one", async () => {
    const [ann, annAgain, bob, whole] = await Promise.all(["ann", "ann", "bob", undefined].map(session));
    if (ann === undefined || annAgain === undefined || bob === undefined || whole === undefined)
      throw new Error();
    world.teach("hello", ["hi"]);
    const bot = world.botId("school");
    const { conversation_id: conversation, id: chat } = await ann.data("POST /v3/chat", {
      bot_id: bot,
      user_id: "u",
      additional_messages: [{ role: "user", content: "hello", content_type: "text" }],
    });
    const ofChat = `conversation_id=${conversation}&chat_id=${chat}`;
    await eventually(async () => {
      expect((await annAgain.data(`GET /v3/chat/retrieve?${ofChat}`)).status).toBe("completed");
    });
    const [{ id: message }] = await ann.messages(conversation);

    const ofConversation = `conversation_id=${conversation}`;
    const ofMessage = `${ofConversation}&message_id=${message}`;
    const calls: [`${string} /${string}`, object?][] = [
      [`GET /v1/conversation/retrieve?${ofConversation}`],
      [`PUT /v1/conversations/${conversation}`, { name: "mine" }],
      [`POST /v1/conversations/${conversation}/clear`],
      [`POST /v1/conversation/message/list?${ofConversation}`, {}],
      [
        `POST /v1/conversation/message/create?${ofConversation}`,
        { role: "user", content: "x", content_type: "text" },
      ],
      [`GET /v1/conversation/message/retrieve?${ofMessage}`],
      [`POST /v1/conversation/message/modify?${ofMessage}`, { content: "x", content_type: "text" }],
      [`POST /v1/conversation/message/delete?${ofMessage}`],
      [
        `POST /v3/chat?${ofConversation}`,
        {
          bot_id: bot,
          user_id: "u",
          additional_messages: [{ role: "user", content: "hello", content_type: "text" }],
        },
      ],
      [`GET /v3/chat/retrieve?${ofChat}`],
      [`GET /v3/chat/message/list?${ofChat}`],
      [`POST /v3/chat/cancel`, { conversation_id: conversation, chat_id: chat }],
      [
        `POST /v3/chat/submit_tool_outputs?${ofChat}`,
        { tool_outputs: [{ tool_call_id: "call-1", output: "x" }] },
      ],
      [`POST /v1/conversations/${conversation}/messages/${message}/feedback`, { feedback_type: "like" }],
      [`DELETE /v1/conversations/${conversation}/messages/${message}/feedback`],
      [`DELETE /v1/conversations/${conversation}`],
    ];
    for (const [route, body] of calls) {
      expect({ route, code: (await bob.call(route, body)).code }).toEqual({ route, code: 4200 });
    }

    const listed = async (caller: CozeHttp) => {
      const { conversations } = await caller.data(`GET /v1/conversations?bot_id=${bot}`);
      return conversations.map(({ id }: { id: string }) => id);
    };
    expect(await listed(bob)).toEqual([]);
    for (const caller of [ann, annAgain, whole]) {
      expect(await listed(caller)).toEqual([conversation]);
      expect((await caller.data(`GET /v1/conversation/retrieve?${ofConversation}`)).id).toBe(conversation);
    }
    const { id: unnamed } = await whole.data("POST /v1/conversation/create", { bot_id: bot });
    expect((await ann.call(`GET /v1/conversation/retrieve?conversation_id=${unnamed}`)).code).toBe(4200);
    expect(await listed(ann)).toEqual([conversation]);
  });
});
