import { expect, test } from "vitest";
import type { ChunkId, KnowledgeBaseId } from "../../domain/ids.ts";
import type { Passage } from "../../domain/knowledge.ts";
import type { ChatRequest, ModelPart } from "../chat-model.ts";
import { bestQuotes } from "./best-quotes.ts";
import { extractiveModel } from "./chat-model.ts";

const model = extractiveModel({ name: "quotes" });
const noSignal = new AbortController().signal;

function aPassage(overrides: Partial<Passage> = {}): Passage {
  return {
    chunkId: 1 as ChunkId,
    knowledgeBaseId: 1 as KnowledgeBaseId,
    knowledgeBaseName: "FAQ",
    documentName: "faq.md",
    documentUrl: "",
    headings: [],
    text: "",
    question: "",
    score: 0.5,
    ...overrides,
  };
}

function aRequest(question: string, passages: Passage[], overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [
      { role: "system", text: "系统" },
      { role: "user", text: question, imageUrls: [] },
    ],
    tools: [{ name: "find", description: "", parameters: {} }],
    parameters: {},
    passages,
    ...overrides,
  };
}

async function answer(request: ChatRequest): Promise<{ text: string; parts: ModelPart[] }> {
  const parts: ModelPart[] = [];
  for await (const part of model.stream(request, noSignal)) parts.push(part);
  return { parts, text: parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("") };
}

const returns = aPassage({
  headings: ["售后", "退货"],
  documentName: "商城手册",
  text: "本店支持微信支付。收到商品七天内可以无理由退货，运费由买家承担。客服在线时间为九点到十八点。",
});
const shipping = aPassage({
  documentName: "shipping.md",
  text: "Orders ship within two days. Refunds take a week.",
});

test("a document whose title is its name is named once", async () => {
  const { text } = await answer(aRequest("怎么退货？", [{ ...returns, headings: ["商城手册", "退货"] }]));
  expect(text).toContain("[1] 商城手册 › 退货");
});

test("a Chinese question is answered in Chinese with the fitting sentence, its source and what this is", async () => {
  const { text } = await answer(aRequest("怎么退货？", [shipping, returns]));
  expect(text).toContain("「收到商品七天内可以无理由退货，运费由买家承担。」 [1]");
  expect(text).toContain("[1] 商城手册 › 售后 › 退货");
  expect(text).toContain("我不是语言模型");
  expect(text).not.toContain("微信支付");
  expect(text).not.toContain("shipping.md");
});

test("an English question is answered in English", async () => {
  const { text } = await answer(aRequest("How long does a refund take?", [returns, shipping]));
  expect(text).toContain("“Refunds take a week.” [1]");
  expect(text).toContain("[1] shipping.md");
  expect(text).toContain("I am not a language model");
});

test("several passages are cited by number, each once", async () => {
  const passages = [
    aPassage({
      documentName: "甲",
      text: "退货要在七天内申请，请保留好原来的包装盒。退货运费自理，由买家先行垫付后结算。",
    }),
    aPassage({ documentName: "乙", text: "退货地址见订单页面，请在包裹里附上订单编号。" }),
  ];
  const { text } = await answer(aRequest("退货", passages));
  expect(text).toContain("[1] 甲");
  expect(text).toContain("[2] 乙");
  expect(text).not.toContain("[3]");
});

test("with nothing retrieved it says so and how to connect a model", async () => {
  const chinese = (await answer(aRequest("你好", []))).text;
  expect(chinese).toContain("没有找到");
  const english = (await answer(aRequest("hello", []))).text;
  expect(english).toContain("holds nothing");
  for (const text of [chinese, english]) expect(text).toContain("ANTIPHON_MODEL_BASE_URL");
});

test("deltas are small and whole, and usage and finish close the stream", async () => {
  const { parts, text } = await answer(
    aRequest("表情", [aPassage({ text: "表情是😀😀😀😀😀😀😀，够多了。" })]),
  );
  expect(text).toContain("😀😀😀😀😀😀😀");
  for (const part of parts) {
    if (part.type !== "text-delta") continue;
    expect(part.text.isWellFormed()).toBe(true);
    expect(Array.from(part.text).length).toBeLessThanOrEqual(6);
  }
  expect(parts.slice(-2)).toEqual([
    { type: "usage", inputTokens: 1, outputTokens: Math.ceil(text.length / 4) },
    { type: "finish", reason: "stop" },
  ]);
});

test("it proposes no questions", async () => {
  const { parts } = await answer(aRequest("退货", [returns], { purpose: "suggestions" }));
  expect(parts.map((part) => part.type)).toEqual(["usage", "finish"]);
});

test("aborting ends the stream with the reason", async () => {
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _part of model.stream(aRequest("退货", [returns]), controller.signal))
      controller.abort("stop");
  })();
  await expect(reading).rejects.toBe("stop");
});

test("a sentence that asks is quoted with what answers it", () => {
  const text = "怎么退货？\n在订单页点退货。\n怎么付款？\n用微信。";
  expect(bestQuotes("怎么退货", [aPassage({ text })])[0]?.text).toBe("怎么退货？在订单页点退货。");
});

test("the answer of a pair is quoted whole, found by its question", () => {
  const pair = aPassage({ question: "多久发货？", text: "四十八小时内。节假日顺延。", documentName: "" });
  expect(bestQuotes("多久发货", [returns, pair])).toEqual([{ passage: pair, text: pair.text }]);
});

test("a passage that fits only by its heading is quoted from its beginning", () => {
  const text = "第一步打开订单页面并选择商品。第二步提交。第三步等待。第四步完成。";
  const steps = aPassage({ headings: ["退款"], text });
  expect(bestQuotes("退款", [steps])[0]?.text).toBe("第一步打开订单页面并选择商品。第二步提交。第三步等待。");
});

test("where no word is shared the best passage is quoted from its beginning", () => {
  const quotes = bestQuotes("zebra", [returns, shipping]);
  expect(quotes).toHaveLength(1);
  expect(quotes[0]?.text.startsWith("本店支持微信支付。")).toBe(true);
});

test("a very long sentence is clipped", () => {
  const quotes = bestQuotes("退货", [aPassage({ text: `退货${"长".repeat(2000)}` })]);
  expect(quotes[0]?.text.length).toBeLessThanOrEqual(401);
});
