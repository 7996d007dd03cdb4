import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../config/config.ts";
import type { KnowledgeBaseId } from "../domain/ids.ts";
import { importDocument, replacePairs, searchPairs, searchPassages } from "../knowledge/knowledge.ts";
import { ENGINES } from "../knowledge/testing/engines.ts";
import type { Store } from "../storage/store.ts";
import { demoKnowledge } from "./demo-knowledge.ts";

/** What people ask, and the heading that answers it. */
const QUESTIONS: [string, string][] = [
  ["Antiphon 是什么？", "Antiphon 是什么"],
  ["怎么安装", "安装与启动"],
  ["需要哪个版本的 Node", "安装与启动"],
  ["App Key 丢了怎么办", "鉴权与 App Key"],
  ["用户 ID 最长多少个字符", "用户标识 UserID"],
  ["SSE 的格式是什么样的", "流式输出"],
  ["怎么一次拿到完整的答案", "阻塞模式"],
  ["点了停止之后还会扣费吗", "停止生成"],
  ["一个问题可以重新回答几次", "重新生成与多个答案"],
  ["网络断了答案会丢吗", "断线重连"],
  ["怎么翻看以前的聊天记录", "查看历史消息"],
  ["怎么给回答点踩", "点赞与点踩"],
  ["怎么置顶会话", "管理会话"],
  ["提示词里怎么引用变量", "变量与提示词"],
  ["怎么接入 DeepSeek", "接入 DeepSeek"],
  ["通义千问怎么配置", "接入通义千问 Qwen"],
  ["可以用本机的 Ollama 吗", "使用本机的 Ollama"],
  ["演示智能体是大模型吗", "演示智能体不是语言模型"],
  ["支持什么格式的文档", "知识库与文档"],
  ["怎么修改端口", "环境变量"],
  ["数据保存在什么地方", "数据存在哪里"],
  ["能用 PostgreSQL 吗", "使用 PostgreSQL 与多节点"],
  ["怎么备份数据", "备份与恢复"],
  ["服务器突然断电会丢消息吗", "断电与崩溃时会不会丢消息"],
  ["并发限制是多少", "频率限制与并发"],
  ["支持工作流吗", "这个版本还没有的功能"],
  ["这个东西是做什么的", "Antiphon 是什么"],
  ["how to install", "Install and start"],
  ["which Node version do I need", "Install and start"],
  ["where do I put the app key", "Authentication and app keys"],
  ["what does the SSE stream look like", "Streaming"],
  ["stop a running answer", "Stop an answer"],
  ["how often can I regenerate", "Regenerate and choose between answers"],
  ["my connection dropped, how do I continue", "Reconnect after a lost connection"],
  ["rate an answer", "Like and dislike"],
  ["pin a conversation", "Manage conversations"],
  ["connect deepseek", "Connect DeepSeek"],
  ["is the demo a language model", "The demo agent is not a language model"],
  ["change the port", "Environment variables"],
  ["where is my data stored", "Where data is stored"],
  ["how do I back up", "Backup and restore"],
  ["what happens after a power failure", "Crashes and power cuts"],
  ["how many requests per minute are allowed", "Rate limits and concurrency"],
  ["what does 504 mean", "Error codes"],
  ["do you collect telemetry", "Privacy and security"],
];

const ELSEWHERE = [
  "今天天气怎么样",
  "推荐一家北京的餐厅",
  "股票为什么下跌",
  "谁是美国总统",
  "best pizza recipe",
  "who won the world cup",
];

describe("the demo knowledge", () => {
  it("has the same sections in both languages, and is named by its titles", async () => {
    const { documents } = await demoKnowledge();
    const [english, chinese] = documents;
    expect(documents.map(({ name }) => name)).toEqual(["Antiphon guide", "Antiphon 使用手册"]);
    const sections = (text = "") => text.split(/^## /m).length;
    expect(sections(english?.text)).toBe(sections(chinese?.text));
  });

  it("names only variables there are, with their defaults", async () => {
    const { documents, pairs } = await demoKnowledge();
    const all = [...documents.map(({ text }) => text), ...pairs.map(({ answer }) => answer)].join("\n");
    const known = new Map(readConfig({}).settings.map(({ name, value }) => [name, value]));
    const named = new Set(all.match(/ANTIPHON_[A-Z0-9_]+/g));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
    expect(known.get("ANTIPHON_PORT")).toBe("8787");
    expect(known.get("ANTIPHON_HOST")).toBe("127.0.0.1");
    expect(known.get("ANTIPHON_DATA")).toBe("./data");
    expect(known.get("ANTIPHON_LOG_LEVEL")).toBe("info");
    expect(known.get("ANTIPHON_USER_TURNS_PER_MINUTE")).toBe("120");
    expect(known.get("ANTIPHON_USER_CONCURRENT_TURNS")).toBe("10");
    expect(known.get("ANTIPHON_KEY_TURNS_PER_MINUTE")).toBe("6000");
    expect(known.get("ANTIPHON_KEY_CONCURRENT_TURNS")).toBe("2000");
    expect(known.get("ANTIPHON_QUEUE_SECONDS")).toBe("120");
    expect(known.get("ANTIPHON_MAX_BODY_BYTES")).toBe("1048576");
    expect(known.get("ANTIPHON_HIAGENT_USER_ID_MAX_LENGTH")).toBe("20");
    expect(known.get("ANTIPHON_ABORT_ON_DISCONNECT")).toBe("false");
  });
});

describe.each(ENGINES)("searching the demo knowledge on %s", (engine, open) => {
  let store: Store;
  let baseId: KnowledgeBaseId;

  beforeAll(async () => {
    store = await open();
    baseId = store.newId();
    await store.knowledge.saveBase({
      id: baseId,
      workspaceId: store.newId(),
      slug: "antiphon",
      name: "Antiphon",
    });
    const { documents, pairs } = await demoKnowledge();
    for (const document of documents) {
      await importDocument({ store }, { baseId, url: "", format: "markdown", ...document });
    }
    await replacePairs({ store }, baseId, pairs);
  });
  afterAll(() => store.close());

  const search = (query: string) =>
    searchPassages({ store }, { baseIds: [baseId], query, topK: 5, scoreThreshold: 0 });

  it("finds the right section among the first three for nine of ten questions", async () => {
    const places: number[] = [];
    for (const [question, heading] of QUESTIONS) {
      places.push((await search(question)).findIndex(({ headings }) => headings.at(-1) === heading));
    }
    const share = (within: number) =>
      places.filter((place) => place >= 0 && place < within).length / places.length;
    process.stdout.write(
      `${engine}: R@1 ${share(1).toFixed(2)}, R@3 ${share(3).toFixed(2)} of ${places.length} questions\n`,
    );
    expect(share(1)).toBeGreaterThanOrEqual(0.65);
    expect(share(3)).toBeGreaterThanOrEqual(0.9);
  });

  it("scores questions about something else below 0.35", async () => {
    for (const question of ELSEWHERE) {
      for (const { score } of await search(question)) expect(score).toBeLessThan(0.35);
    }
  });

  it("prefers the language of the question", async () => {
    expect((await search("PostgreSQL 数据库"))[0]?.documentName).toBe("Antiphon 使用手册");
    expect((await search("PostgreSQL database"))[0]?.documentName).toBe("Antiphon guide");
  });

  it("answers every demo question with its own answer, also when asked politely", async () => {
    const { pairs } = await demoKnowledge();
    for (const { question, answer } of pairs) {
      const isChinese = /\p{Script=Han}/u.test(question);
      for (const query of [question, isChinese ? `请问${question}谢谢` : `Please, ${question}`]) {
        const found = await searchPairs(
          { store },
          { baseIds: [baseId], query, topK: 3, scoreThreshold: 0.9 },
        );
        expect(found.map(({ text }) => text)).toEqual([answer]);
      }
    }
  });
});

describe("all engines", () => {
  it("give the same passages the same scores in the same order", async () => {
    const { documents, pairs } = await demoKnowledge();
    const answers: unknown[] = [];
    for (const [, open] of ENGINES) {
      const store = await open();
      const baseId: KnowledgeBaseId = store.newId();
      await store.knowledge.saveBase({ id: baseId, workspaceId: store.newId(), slug: "x", name: "x" });
      for (const document of documents) {
        await importDocument({ store }, { baseId, url: "", format: "markdown", ...document });
      }
      await replacePairs({ store }, baseId, pairs);
      const seen: unknown[] = [];
      for (const query of [...QUESTIONS.map(([question]) => question), ...ELSEWHERE]) {
        const options = { baseIds: [baseId], query, topK: 10, scoreThreshold: 0 };
        const passages = await searchPassages({ store }, options);
        const found = [...passages, ...(await searchPairs({ store }, options))];
        seen.push(found.map(({ headings, text, question, score }) => ({ headings, text, question, score })));
      }
      answers.push(seen);
      await store.close();
    }
    const [first, ...others] = answers;
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });
});
