import { afterEach, expect, test } from "vitest";
import { startAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { createDatabase } from "../../support/databases.ts";
import { eventually } from "../../support/eventually.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { startUpstream, tokens, tokensText } from "../../support/upstream.ts";

const KEY = "manynodestestkey0001";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

test("a node that does not run an answer neither claims to have stopped it nor tells it as complete", async () => {
  const upstream = await startUpstream({
    reply: [tokens(3), { type: "hold", until: new Promise(() => {}) }],
  });
  closers.push(() => upstream.close());
  const databaseUrl = await createDatabase();
  const file = { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] };
  const start = async () => {
    const server = await startAntiphon({ file, databaseUrl });
    closers.push(() => server.close());
    return hiagentClient({ url: server.url, key: KEY });
  };
  const here = await start();
  const elsewhere = await start();

  const AppConversationID = await here.newConversation();
  const stream = await here.stream("chat_query_v2", { AppConversationID, Query: "Hi" });
  const { id: MessageID } = await stream.until("message");
  for (const action of ["stop_message", "chat_continue"]) {
    const reply = await elsewhere.call(action, { MessageID });
    expect([action, reply.status]).toEqual([action, 429]);
    expect(reply.body.ResponseMetadata.Error.Code).toBe("ConversationBusy");
    expect(reply.headers.get("retry-after")).toBe("1");
  }
  await eventually(() => upstream.requests[0]?.sentText === tokensText(3));
  expect((await here.call("stop_message", { MessageID })).status).toBe(200);
  await stream.all();
  expect((await elsewhere.call("stop_message", { MessageID })).status).toBe(200);
  const replayed = await elsewhere.stream("chat_continue", { MessageID });
  expect((await replayed.all()).at(-1)?.event).toBe("message_end");
});
