import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { HIAGENT_ACTIONS } from "../../../src/dialects/hiagent/index.ts";
import { engines } from "../../support/engines.ts";
import { type AgentSlug, openWorld, type World } from "./world.ts";

/** The response tables of §3 and §4, with nothing that they do not name. */
const xid = z.string().regex(/^[0-9a-v]{20}$/);
const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const time = z.string().regex(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/);
const texts = z.record(z.string(), z.string());
const BaseResp = z.strictObject({
  StatusCode: z.literal(0),
  StatusMessage: z.literal(""),
  Extra: z.strictObject({}),
});
const Brief = z.strictObject({
  AppConversationID: xid,
  ConversationName: z.string().min(1),
  CreateTime: time,
  LastChatTime: time,
  EmptyConversation: z.boolean(),
  ConversationID: ulid,
});
const AnswerInfo = z
  .strictObject({
    Answer: z.string(),
    MessageID: ulid,
    CreatedTime: z.int().min(1_500_000_000),
    CreateTime: z.int(),
    TaskID: ulid,
    Like: z.int().min(-1).max(1),
    TotalTokens: z.int().min(0),
    Latency: z.number().min(0),
    TracingJsonStr: z.string(),
    RetrieverResource: z.boolean(),
  })
  .refine((answer) => answer.TaskID === answer.MessageID && answer.CreateTime === answer.CreatedTime);
const File = z.strictObject({
  Path: z.string(),
  Name: z.string(),
  Size: z.int(),
  Url: z.string(),
  path: z.string(),
  name: z.string(),
  size: z.int(),
  url: z.string(),
});
const Round = z.strictObject({
  ConversationID: ulid,
  QueryID: xid,
  Query: z.string(),
  AnswerInfo,
  OtherAnswers: z.array(AnswerInfo),
  QueryExtends: z.strictObject({ Files: z.array(File).min(1) }).optional(),
  Inputs: texts,
  SendByTrigger: z.boolean(),
  SendByAsyncWorkflow: z.boolean(),
  UserMessage: z.strictObject({
    Messages: z.array(z.strictObject({ type: z.literal("text"), text: z.string() })),
  }),
});
const Variable = z.strictObject({
  Key: z.string(),
  Name: z.string(),
  ShowName: z.string(),
  Description: z.string(),
  Required: z.boolean(),
  VariableType: z.enum(["Text", "Paragraph", "Enum"]),
  EnumValues: z.array(z.string()),
  TextMaxLength: z.int().optional(),
});
const Empty = {};
const SHAPES: Record<string, z.ZodRawShape> = {
  create_conversation: { Conversation: Brief },
  get_conversation_list: { ConversationList: z.array(Brief).min(1) },
  get_conversation_inputs: { Inputs: texts },
  get_conversation_messages: { Messages: z.array(Round).min(2) },
  get_message_info: { MessageInfo: Round },
  get_suggested_questions: { SuggestedQuestions: z.array(z.string()) },
  get_app_config_preview: {
    Name: z.string().min(1),
    OpenMessage: z.string(),
    OpenQuery: z.array(z.string()),
    VariableConfigs: z.array(Variable),
    Icon: z.string(),
    Background: z.string(),
    Image: z.string(),
    MessageTimes: z.int(),
    SuggestEnabled: z.boolean(),
    AgentMode: z.enum(["Single", "Multi"]),
    AgentNodeSuggestEnabledMap: z.record(z.string(), z.boolean()),
    VoiceConfig: z.strictObject({ Enable: z.boolean(), AutoPlay: z.boolean(), Speaker: z.string() }),
    WorkspaceID: z.string(),
    TenantID: z.string(),
  },
  get_opening_config: {
    OpeningConfig: z.strictObject({
      OpeningText: z.string(),
      OpeningQuestions: z.array(z.string()),
      OpeningEnabled: z.boolean(),
    }),
  },
  update_conversation: Empty,
  set_conversation_top: Empty,
  cancel_conversation_top: Empty,
  set_message_answer_used: Empty,
  feedback: Empty,
  stop_message: Empty,
  delete_message: Empty,
  clear_message: Empty,
  delete_conversation: Empty,
};
/** Their success is a stream or the blocking object, held to §6 and §8 elsewhere; workflow apps cannot run. */
const ELSEWHERE = ["chat_query", "chat_query_v2", "query_again", "query_again_v2", "chat_continue"];

describe.each(engines)("HiAgent response shapes on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  test("every JSON action has its shape here", () => {
    const names = HIAGENT_ACTIONS.map((action) => action.name).filter((name) => !name.includes("workflow"));
    const known = [...Object.keys(SHAPES), ...ELSEWHERE, "query_run_app_process"];
    expect(known.toSorted()).toEqual(names.toSorted());
  });

  test.each(["shop", "library", "faq", "curious", "triage"] as AgentSlug[])(
    "§13 the answers of every action have the documented fields and types and no null (%s)",
    async (slug) => {
      const client = world.client(slug);
      world.teach("Propose the 3 questions", ['["周末呢？"]']);
      const AppConversationID = await client.newConversation(slug === "shop" ? { name: "小明" } : {});
      const ask = { AppConversationID, ResponseMode: "blocking" };
      const files = { QueryExtends: { Files: [{ Url: "http://127.0.0.1/a.png" }, { Path: "b" }] } };
      const first = await client.call("chat_query_v2", { ...ask, Query: "图书馆几点闭馆" });
      await client.call("chat_query_v2", { ...ask, Query: "可以退货吗", ...files });
      const MessageID = first.body.id;
      expect(first.text).not.toContain("null");
      await client.call("query_again_v2", { ...ask, MessageID });

      for (const [action, shape] of Object.entries(SHAPES)) {
        const body = { AppConversationID, MessageID, LikeType: 1, ConversationName: "x" };
        const reply = await client.call(action, body);
        expect([action, reply.status]).toEqual([action, 200]);
        expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
        const result = z.strictObject({ ...shape, BaseResp }).safeParse(reply.body);
        if (!result.success) throw new Error(`${action}: ${z.prettifyError(result.error)}\n${reply.text}`);
        expect(reply.text).not.toContain("ResponseMetadata");
        expect(reply.text).not.toMatch(/[:[,]null/);
      }
    },
  );

  test("§4.8 the app's configuration is what its maker wrote", async () => {
    const reply = await world.client("shop").call("get_app_config_preview");
    expect(reply.body).toMatchObject({
      Name: "商城客服",
      OpenMessage: "您好！",
      OpenQuery: ["怎么退货？", "多久发货？"],
      AgentMode: "Single",
      SuggestEnabled: false,
      VariableConfigs: [
        { Key: "name", Name: "称呼", VariableType: "Text", TextMaxLength: 8, Required: true },
        { Key: "tone", VariableType: "Enum", EnumValues: ["正式", "随和"] },
        { Key: "note", VariableType: "Paragraph", EnumValues: [] },
      ],
    });
    expect((await world.client("triage").call("get_app_config_preview")).body.AgentMode).toBe("Multi");
    const opening = await world.client("shop").call("get_opening_config", { UserType: "App" });
    expect(opening.body.OpeningConfig).toEqual({
      OpeningText: "您好！",
      OpeningQuestions: ["怎么退货？", "多久发货？"],
      OpeningEnabled: true,
    });
    const none = await world.client("school").call("get_opening_config");
    expect(none.body.OpeningConfig).toEqual({ OpeningText: "", OpeningQuestions: [], OpeningEnabled: false });
  });

  test("§13.7 nothing is compressed, whatever the client would take", async () => {
    const client = world.client();
    const reply = await client.call("get_conversation_list");
    expect(reply.headers.get("content-encoding")).toBeNull();
  });
});
