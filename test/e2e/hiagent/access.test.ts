import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SILENT_FACTS } from "../../../src/chat/facts.ts";
import { hashKey } from "../../../src/config/secrets.ts";
import { HIAGENT_ACTIONS } from "../../../src/dialects/hiagent/index.ts";
import type { AppKeyId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { answerOf } from "../../support/hiagent-client.ts";
import { gate } from "./gate.ts";
import { rawCall } from "./raw-call.ts";
import { type Client, keyOf, openWorld, type World } from "./world.ts";

/** What user A has: a conversation with a finished round, and one whose answer is still being made. */
interface Belongings {
  conversation: string;
  message: string;
  query: string;
  runningConversation: string;
  runningMessage: string;
}

interface Attempt {
  /** Bodies that name what belongs to A. None: the action names nothing of anybody. */
  bodies?(a: Belongings): Record<string, unknown>[];
  code?: "ConversationNotFound" | "MessageNotFound";
}

const conversations = (more: Record<string, unknown> = {}): Attempt => ({
  bodies: (a) => [
    { AppConversationID: a.conversation, ...more },
    { AppConversationID: a.runningConversation, ...more },
  ],
  code: "ConversationNotFound",
});
const messages = (more: Record<string, unknown> = {}): Attempt => ({
  bodies: (a) => [
    { MessageID: a.message, ...more },
    { MessageID: a.runningMessage, ...more },
  ],
  code: "MessageNotFound",
});
const CHAT = { Query: "intruder", ResponseMode: "blocking" };
const again: Attempt = {
  bodies: (a) => [{ AppConversationID: a.conversation, MessageID: a.message, ResponseMode: "blocking" }],
  code: "ConversationNotFound",
};
const workflow: Attempt = {};
const nothing: Attempt = {};

/** How somebody else would try to get at A's things, for every action there is. */
const ATTEMPTS: Record<string, Attempt> = {
  create_conversation: nothing,
  chat_query: conversations(CHAT),
  chat_query_v2: conversations(CHAT),
  query_again: again,
  query_again_v2: again,
  stop_message: {
    bodies: (a) =>
      [a.message, a.runningMessage].flatMap((id) => [{ MessageID: id }, { TaskID: id, MessageID: "" }]),
    code: "MessageNotFound",
  },
  chat_continue: {
    bodies: (a) =>
      [a.message, a.runningMessage].flatMap((id) => [
        { MessageID: id },
        { MessageID: id, RespDataStandard: true },
      ]),
    code: "MessageNotFound",
  },
  get_conversation_list: nothing,
  get_conversation_inputs: conversations(),
  update_conversation: conversations({ ConversationName: "stolen", Inputs: { name: "x" } }),
  delete_conversation: conversations(),
  clear_message: conversations(),
  set_conversation_top: conversations(),
  cancel_conversation_top: conversations(),
  get_conversation_messages: conversations({ Limit: 100 }),
  get_message_info: messages(),
  get_suggested_questions: messages(),
  set_message_answer_used: messages(),
  delete_message: {
    bodies: (a) => [{ MessageID: a.message }, { QueryID: a.query }, { MessageID: a.runningMessage }],
    code: "MessageNotFound",
  },
  feedback: messages({ LikeType: -1, FeedbackInfo: { ProblemDetail: "x" } }),
  get_app_config_preview: nothing,
  get_opening_config: nothing,
  run_app_workflow: workflow,
  sync_run_app_workflow: workflow,
  query_run_app_process: workflow,
  async_resume_app_workflow: workflow,
  sync_resume_app_workflow: workflow,
};

test("every action has its attempt here", () => {
  const names = HIAGENT_ACTIONS.map((action) => action.name);
  expect(Object.keys(ATTEMPTS).toSorted()).toEqual(names.toSorted());
});

describe.each(engines)("Who may do what in HiAgent on $name", (engine) => {
  let world: World;
  let owner: Client;
  let a: Belongings;
  const rest = gate();

  beforeAll(async () => {
    world = await openWorld(engine);
    world.teach("A runs", ["still", { type: "hold", until: rest.until }, " mine"]);
    owner = world.client("shop", { userId: "user-a" });
    const conversation = await owner.newConversation({ name: "A" });
    const ask = { AppConversationID: conversation, Query: "A asks", ResponseMode: "blocking" };
    const { id: message } = (await owner.call("chat_query_v2", ask)).body;
    await owner.call("query_again_v2", { ...ask, MessageID: message });
    const [round] = await owner.history(conversation);
    const runningConversation = await owner.newConversation();
    const question = { AppConversationID: runningConversation, Query: "A runs" };
    const stream = await owner.stream("chat_query_v2", question);
    const { id: runningMessage } = await stream.until("message");
    a = { conversation, message, query: round.QueryID, runningConversation, runningMessage };
  });
  afterAll(() => world.close());

  /** Everything A can see, byte for byte. The checkpointed text of the running answer settles first. */
  const viewOfA = async (): Promise<string[]> => {
    const reads = [
      ["get_conversation_list", {}],
      ["get_conversation_messages", { AppConversationID: a.conversation }],
      ["get_conversation_inputs", { AppConversationID: a.conversation }],
      ["get_message_info", { MessageID: a.message }],
      ["get_suggested_questions", { MessageID: a.message }],
      ["get_conversation_inputs", { AppConversationID: a.runningConversation }],
    ] as const;
    const texts: string[] = [];
    for (const [action, body] of reads) texts.push((await owner.call(action, body)).text);
    return texts;
  };

  /** Every path and method of an action. */
  const doorsOf = (name: string): { path: string; method: string }[] => {
    const action = HIAGENT_ACTIONS.find((candidate) => candidate.name === name);
    if (action === undefined) throw new Error(`no action ${name}`);
    const { store, app } = world.server;
    const options = {
      extraPrefix: undefined,
      userIdMaxLength: 20,
      userIdAscii: true,
      errorsAs200: false,
      strictInputs: false,
      runGraceMs: 0,
      strictInputData: false,
      abortOnDisconnect: false,
      timeZoneOffsetMinutes: 480,
    };
    return action
      .routes({ store, turns: app.turns, workflows: app.workflows, facts: SILENT_FACTS, options })
      .map(({ path, method }) => ({ path, method }));
  };

  const knock = (
    door: { path: string; method: string },
    body: Record<string, unknown>,
    headers: Record<string, string>,
  ) =>
    rawCall(`${world.url}${door.path}`, {
      method: door.method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  describe.each(Object.keys(ATTEMPTS))("%s", (name) => {
    test("without a key, with a wrong one and with one whose app is closed it answers 401", async () => {
      const before = await viewOfA();
      for (const door of doorsOf(name)) {
        for (const body of [{}, ...(ATTEMPTS[name]?.bodies?.(a) ?? [])]) {
          const signed = { UserID: "user-a", ...body };
          const none = await knock(door, signed, {});
          expect([door, none.status]).toEqual([door, 401]);
          expect(none.body.ResponseMetadata.Error).toMatchObject({
            Code: "AuthenticationFailed",
            Message: expect.stringContaining("header:Apikey is empty"),
          });
          for (const [key, code] of [
            ["wrong", "InvalidApiKey"],
            [`${keyOf("shop")}x`, "InvalidApiKey"],
            [keyOf("shop").toUpperCase(), "InvalidApiKey"],
            [keyOf("closed"), "NotEnabled.Warning"],
          ] as const) {
            const refused = await knock(door, { AppKey: keyOf("shop"), ...signed }, { apikey: key });
            expect([door, key, refused.status]).toEqual([door, key, 401]);
            expect(refused.body.ResponseMetadata.Error.Code).toBe(code);
          }
        }
      }
      expect(await viewOfA()).toEqual(before);
    });

    test("another user, another app and both find nothing of A's and change nothing", async () => {
      const { bodies, code } = ATTEMPTS[name] ?? {};
      const before = await viewOfA();
      const asked = world.upstream.requests.length;
      for (const door of doorsOf(name)) {
        for (const body of bodies?.(a) ?? []) {
          for (const [UserID, app] of [
            ["user-b", "shop"],
            ["user-a", "school"],
            ["user-b", "school"],
            ["USER-A", "shop"],
            ["user-a ", "shop"],
          ] as const) {
            const reply = await knock(door, { UserID, ...body }, { apikey: keyOf(app) });
            expect([door, UserID, app, body, reply.status]).toEqual([door, UserID, app, body, 400]);
            expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
            expect(reply.body.ResponseMetadata.Error.Code).toBe(code);
          }
        }
      }
      expect(await viewOfA()).toEqual(before);
      expect(world.upstream.requests).toHaveLength(asked);
    });
  });

  test("an answer of another conversation cannot be regenerated, not even with one's own conversation", async () => {
    const thief = world.client("shop", { userId: "user-b" });
    const own = await thief.newConversation();
    const elsewhere = await owner.newConversation();
    for (const action of ["query_again", "query_again_v2"]) {
      for (const [client, AppConversationID] of [
        [thief, own],
        [owner, elsewhere],
      ] as const) {
        const reply = await client.call(action, { AppConversationID, MessageID: a.message });
        expect([reply.status, reply.body.ResponseMetadata.Error.Code]).toEqual([400, "MessageNotFound"]);
      }
    }
    await thief.call("delete_conversation", { AppConversationID: own });
    await owner.call("delete_conversation", { AppConversationID: elsewhere });
  });

  test("nobody else's list shows A's conversations", async () => {
    for (const stranger of [
      world.client("shop", { userId: "user-b" }),
      world.client("school", { userId: "user-a" }),
    ]) {
      expect((await stranger.call("get_conversation_list")).body.ConversationList).toEqual([]);
    }
    expect((await owner.call("get_conversation_list")).body.ConversationList).toHaveLength(2);
  });

  test("A's running answer went on through all of this", async () => {
    expect(world.upstream.requests.find((one) => one.lastUserText === "A runs")?.closedAtMs).toBeUndefined();
    const stream = await owner.stream("chat_continue", { MessageID: a.runningMessage });
    await stream.until("message");
    rest.open();
    expect(answerOf(await stream.all())).toBe("still mine");
    expect(stream.payloads.at(-1)?.event).toBe("message_end");
  });

  test("a revoked key is refused at once, another one of the same app is not", async () => {
    const { agents, appKeys, newId } = world.server.store;
    const [revoked, kept] = ["revoked0000000000000", keyOf("school")];
    const agent = await agents.findByKeyHash(hashKey(kept));
    if (agent === undefined) throw new Error("no such agent");
    await appKeys.save({
      id: newId<AppKeyId>(),
      agentId: agent.id,
      keyHash: hashKey(revoked),
      name: "",
      ending: "0000",
      isFromFile: true,
      createdAt: new Date(),
    });
    const list = (key: string) =>
      knock({ path: "/get_conversation_list", method: "POST" }, { UserID: "u1" }, { apikey: key });
    expect((await list(revoked)).status).toBe(200);
    await appKeys.revokeFileKeysExcept(agent.id, [hashKey(kept)], new Date());
    const refused = await list(revoked);
    expect([refused.status, refused.body.ResponseMetadata.Error.Code]).toEqual([401, "InvalidApiKey"]);
    expect((await list(kept)).status).toBe(200);
  });
});
