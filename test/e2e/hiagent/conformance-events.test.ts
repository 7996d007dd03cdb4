import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { answerOf, type Payload } from "../../support/hiagent-client.ts";
import { gate } from "./gate.ts";
import { checkOrder, checkPayloads } from "./payload-schema.ts";
import { type AgentSlug, type Client, openWorld, PAIR, type World } from "./world.ts";

interface Scene {
  name: string;
  agent: AgentSlug;
  question: string;
  /** Tells the model what to say; called before each question. */
  prepare(world: World): void;
  /** Events of a v2 stream between message_start and the end, adjacent equal ones once. */
  middle: string[];
  end: string[];
  answer: string;
}

const OUTPUT = ["message_output_start", "message", "message_output_end"];
const THINKING = ["think_message_output_start", "think_message", "think_message_output_end"];
const DONE = ["message_cost", "message_end"];

const SCENES: Scene[] = [
  {
    name: "plain",
    agent: "shop",
    question: "plain question",
    prepare: (world) => world.teach("plain question", ["你好", "呀！"]),
    middle: OUTPUT,
    end: DONE,
    answer: "你好呀！",
  },
  {
    name: "thinking",
    agent: "shop",
    question: "deep question",
    prepare: (world) =>
      world.teach("deep question", [
        { type: "reasoning", text: "用户在问" },
        { type: "reasoning", text: "天气。" },
        "答",
        "案",
      ]),
    middle: [...THINKING, ...OUTPUT],
    end: DONE,
    answer: "答案",
  },
  {
    name: "knowledge",
    agent: "library",
    question: "图书馆几点闭馆",
    prepare: (world) => world.teach("图书馆几点闭馆", ["22:00。"]),
    middle: ["knowledge_retrieve", "knowledge_retrieve_end", ...OUTPUT],
    end: DONE,
    answer: "22:00。",
  },
  {
    name: "QA",
    agent: "faq",
    question: PAIR.question,
    prepare: () => {},
    middle: ["qa_retrieve", "qa_retrieve_end", ...OUTPUT],
    end: DONE,
    answer: PAIR.answer,
  },
  {
    name: "jump",
    agent: "triage",
    question: "order question",
    prepare: (world) => {
      world.teach("order question", (request) =>
        request.body.messages[0]?.content === "你是售后助手。"
          ? ["请提供订单号。"]
          : [{ type: "tool-call", name: "hand_over_to_aftersales", arguments: '{"reason":"订单问题"}' }],
      );
    },
    middle: ["agent_jump", "agent_take_over", ...OUTPUT],
    end: DONE,
    answer: "请提供订单号。",
  },
  {
    name: "tool",
    agent: "weather",
    question: "weather question",
    prepare: (world) => {
      world.teach("weather question", (request) =>
        request.body.messages.at(-1)?.role === "tool"
          ? ["深圳 26 度。"]
          : [
              { type: "reasoning", text: "要查" },
              { type: "tool-call", name: "get_weather", arguments: '{"city":"深圳"}' },
            ],
      );
    },
    middle: [...THINKING, "agent_thought", "agent_thought_end", ...OUTPUT],
    end: DONE,
    answer: "深圳 26 度。",
  },
  {
    name: "knowledge as a tool",
    agent: "scholar",
    question: "scholar question",
    prepare: (world) => {
      world.teach("scholar question", (request) =>
        request.body.messages.at(-1)?.role === "tool"
          ? ["22:00。"]
          : [{ type: "tool-call", name: "search_knowledge", arguments: '{"query":"图书馆几点闭馆"}' }],
      );
    },
    middle: ["agent_thought", "agent_thought_end", "knowledge_retrieve", "knowledge_retrieve_end", ...OUTPUT],
    end: DONE,
    answer: "22:00。",
  },
  {
    name: "suggestions",
    agent: "curious",
    question: "curious question",
    prepare: (world) => {
      world.teach("curious question", ["好的。"]);
      world.teach("Propose the 3 questions", ['["周末呢？","可以续借吗？"]']);
    },
    middle: OUTPUT,
    end: ["message_cost", "suggestion", "suggestion_cost", "message_end"],
    answer: "好的。",
  },
  {
    name: "failure",
    agent: "shop",
    question: "failing question",
    prepare: (world) =>
      world.teach("failing question", ["今天", { type: "data", data: { error: { message: "x" } } }]),
    middle: OUTPUT,
    end: ["message_failed"],
    answer: "今天",
  },
  {
    name: "silent failure",
    agent: "shop",
    question: "refused question",
    prepare: (world) => world.teach("refused question", [{ type: "status", status: 400 }]),
    middle: [],
    end: ["message_failed"],
    answer: "",
  },
];

describe.each(engines)("HiAgent events on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const play = async (scene: Scene, action: string, more: Record<string, unknown> = {}) => {
    scene.prepare(world);
    const client = world.client(scene.agent);
    const id = await client.newConversation();
    const stream = await client.stream(action, { AppConversationID: id, Query: scene.question, ...more });
    return { client, id, payloads: await stream.all() };
  };

  describe.each([
    { framing: "v1", action: "chat_query", standard: false },
    { framing: "v2", action: "chat_query_v2", standard: true },
  ])("in $framing", ({ framing, action, standard }) => {
    test.each(SCENES)("§15.4 $name: fields, types and order, live and replayed", async (scene) => {
      const { client, payloads } = await play(scene, action);
      const expected = ["message_start", ...scene.middle, ...scene.end];
      checkStory(payloads, inFraming(framing, expected));
      expect(answerOf(payloads)).toBe(scene.answer);
      expect(await storedAnswer(client, payloads)).toBe(scene.answer);

      const replayed = await client.stream("chat_continue", {
        MessageID: payloads[0]?.id,
        RespDataStandard: standard,
      });
      await replayed.all();
      checkPayloads(replayed.payloads);
      checkOrder(replayed.payloads.map((payload) => payload.event));
      expect(answerOf(replayed.payloads)).toBe(scene.answer);
      expect(withoutRepeats(replayed.payloads).toSorted()).toEqual(inFraming(framing, expected).toSorted());
    });

    test("§15.4 a stopped answer", async () => {
      const hold = gate();
      world.teach("stopped question", ["从前", { type: "hold", until: hold.until }]);
      const client = world.client();
      const id = await client.newConversation();
      const stream = await client.stream(action, { AppConversationID: id, Query: "stopped question" });
      const { id: MessageID } = await stream.until("message");
      expect((await client.call("stop_message", { MessageID })).status).toBe(200);
      const payloads = await stream.all();
      checkStory(payloads, ["message_start", ...OUTPUT, ...DONE]);
      hold.open();
    });

    test("§15.4 a regenerated answer", async () => {
      const { client, id, payloads } = await play(SCENES[0] as Scene, action);
      const again = await client.stream(standard ? "query_again_v2" : "query_again", {
        AppConversationID: id,
        MessageID: payloads[0]?.id,
      });
      checkStory(await again.all(), ["message_start", ...OUTPUT, ...DONE]);
      expect(again.payloads[0]?.id).not.toBe(payloads[0]?.id);
      expect(again.payloads[0]?.conversation_id).toBe(payloads[0]?.conversation_id);
    });
  });

  test("§15.5 PubAgentJump false takes out the agent events and nothing else", async () => {
    const scene = SCENES.find(({ name }) => name === "jump") as Scene;
    for (const action of ["chat_query", "chat_query_v2"]) {
      const shown = await play(scene, action, { PubAgentJump: true });
      const hidden = await play(scene, action, { PubAgentJump: false });
      const events = shown.payloads.map((payload) => payload.event);
      expect(events).toContain("agent_jump");
      expect(hidden.payloads.map((payload) => payload.event)).toEqual(
        events.filter((event) => event !== "agent_jump" && event !== "agent_take_over"),
      );
    }
  });

  test("§6.4 what an event says is what happened", async () => {
    const find = (payloads: Payload[], event: string) => payloads.find((payload) => payload.event === event);
    const jump = await play(SCENES.find(({ name }) => name === "jump") as Scene, "chat_query_v2");
    expect(find(jump.payloads, "agent_jump")).toMatchObject({ jump_to: "售后助手", jump_reason: "订单问题" });
    expect(find(jump.payloads, "agent_take_over")).toMatchObject({ agent: "售后助手", reason: "订单问题" });
    const tool = await play(SCENES.find(({ name }) => name === "tool") as Scene, "chat_query_v2");
    expect(find(tool.payloads, "agent_thought")).toMatchObject({
      position: 1,
      skill_type: "tool",
      tool: "get_weather",
      tool_input: '{"city":"深圳"}',
    });
    expect(find(tool.payloads, "agent_thought_end")).toMatchObject({
      position: 1,
      observation: expect.stringContaining('{"temp":26}'),
    });
    const known = await play(SCENES.find(({ name }) => name === "knowledge") as Scene, "chat_query_v2");
    expect(find(known.payloads, "knowledge_retrieve")).toMatchObject({
      query: "图书馆几点闭馆",
      top_k: 3,
      score_threshold: 0.1,
    });
    expect(find(known.payloads, "knowledge_retrieve_end")).toMatchObject({
      docs: { outputList: [{ metadata: { dataset_name: "校园手册", document_name: "手册.md" } }] },
    });
  });
});

/** v1 says the beginning of a knowledge search twice. */
function inFraming(framing: string, events: string[]): string[] {
  if (framing === "v2") return events;
  return events.flatMap((event) =>
    event === "knowledge_retrieve" ? ["knowledge_retrieve_start", event] : [event],
  );
}

function checkStory(payloads: Payload[], expected: string[]): void {
  checkPayloads(payloads);
  checkOrder(payloads.map((payload) => payload.event));
  expect(withoutRepeats(payloads)).toEqual(expected);
}

/** The events, adjacent equal ones once. */
function withoutRepeats(payloads: Payload[]): string[] {
  const events = payloads.map((payload) => payload.event);
  return events.filter((event, index) => event !== events[index - 1]);
}

async function storedAnswer(client: Client, payloads: Payload[]): Promise<string> {
  const reply = await client.call("get_message_info", { MessageID: payloads[0]?.id });
  return reply.body.MessageInfo.AnswerInfo.Answer;
}
