import type { KnowledgeBaseId, WorkspaceId } from "../src/domain/ids.ts";
import { importDocument, searchPassages } from "../src/knowledge/knowledge.ts";
import { openPostgresStore } from "../src/storage/postgres/open.ts";
import { openSqliteStore } from "../src/storage/sqlite/open.ts";
import type { Store } from "../src/storage/store.ts";
import { serveParent } from "./processes/parent.ts";
import { percentile } from "./statistics.ts";

export interface SearchOrder {
  /** PostgreSQL; absent: a SQLite file at `path`. */
  databaseUrl: string | undefined;
  path: string;
  chunks: number;
  searches: number;
}

export interface SearchResult {
  chunks: number;
  importSeconds: number;
  kinds: { name: string; p50: number; p99: number; found: number }[];
}

const PASSAGES_PER_DOCUMENT = 100;

serveParent({}, (message) => measure(message as SearchOrder));
process.once("SIGTERM", () => process.exit());

async function measure({ databaseUrl, path, chunks, searches }: SearchOrder): Promise<SearchResult> {
  const store =
    databaseUrl === undefined
      ? await openSqliteStore({ path, durability: "relaxed" })
      : await openPostgresStore({ url: databaseUrl, durability: "relaxed" });
  try {
    const baseId = store.newId<KnowledgeBaseId>();
    await store.knowledge.saveBase({
      id: baseId,
      workspaceId: 1 as WorkspaceId,
      slug: "bench",
      name: "bench",
    });
    const startedAt = performance.now();
    const stored = await importAll(store, baseId, chunks);
    const importSeconds = (performance.now() - startedAt) / 1_000;
    const kinds = [];
    for (const { name, query } of QUERIES)
      kinds.push(await searchMany(store, baseId, { name, query, searches }));
    return { chunks: stored, importSeconds, kinds };
  } finally {
    await store.close();
  }
}

async function importAll(store: Store, baseId: KnowledgeBaseId, chunks: number): Promise<number> {
  let stored = 0;
  for (let document = 0; stored < chunks; document++) {
    const sections = Array.from({ length: PASSAGES_PER_DOCUMENT }, (_, index) => {
      const number = document * PASSAGES_PER_DOCUMENT + index;
      return `## ${word(number)}${word(number * 7 + 1)}\n\n${passage(number)}`;
    });
    const result = await importDocument(
      { store },
      { baseId, name: `document ${document}`, url: "", text: sections.join("\n\n"), format: "markdown" },
    );
    stored += result.chunks;
  }
  return stored;
}

async function searchMany(
  store: Store,
  baseId: KnowledgeBaseId,
  { name, query, searches }: { name: string; query: (number: number) => string; searches: number },
) {
  const times: number[] = [];
  let found = 0;
  for (let number = 0; number < searches; number++) {
    const startedAt = performance.now();
    const passages = await searchPassages(
      { store },
      { baseIds: [baseId], query: query(number), topK: 5, scoreThreshold: 0 },
    );
    times.push(performance.now() - startedAt);
    found += passages.length;
  }
  return {
    name,
    p50: percentile(times, 0.5) ?? 0,
    p99: percentile(times, 0.99) ?? 0,
    found: found / searches,
  };
}

const QUERIES = [
  { name: "one rare word", query: (number: number) => rareWord(number * 37) },
  {
    name: "a question of common words",
    query: (number: number) => `${word(number)}怎么${word(number * 3 + 1)}？`,
  },
  {
    name: "a long question",
    query: (number: number) =>
      `我上周买的${productName(number)}还没有${word(number * 5 + 2)}，和${productName(number * 3 + 1)}一起能不能${word(number + 9)}，需要多久？`,
  },
  {
    name: "nothing of it is there",
    query: (number: number) => `quantum${"abcdefghij"[number % 10]} chromodynamics`,
  },
];

const WORDS =
  "订单 退货 换货 发货 物流 快递 签收 退款 发票 优惠券 积分 会员 地址 修改 取消 支付 余额 银行卡 客服 售后 保修 维修 安装 说明书 配件 颜色 尺寸 库存 预售 定金 尾款 活动 满减 包邮 运费 偏远 海外 关税 清关 税号 抬头 电子 纸质 邮箱 短信 验证码 登录 密码 找回 注销 账号 实名 认证 身份证 手机号 绑定 解绑 推送 通知 消息 评价 晒单 追评 投诉 举报 仲裁 赔付 质量 破损 缺件 错发 漏发 拒收 改派 自提 门店 营业 时间 预约 排队 取件 寄件 上门 揽收 称重 包装 易碎 液体 电池 禁运 保价 理赔".split(
    " ",
  );

const SYLLABLES = "ba co di fu ge ha jo ki lu mo na pe qua ri so tu ve wi xo zen".split(" ");
const PRODUCTS = SYLLABLES.length ** 3;

/** A word by a number that looks random; a few words come often, most seldom, as words do. */
function word(number: number): string {
  return WORDS[skewed(number, WORDS.length)] ?? "";
}

/** The same for the thousands of names that texts about products are full of. */
function productName(number: number): string {
  const place = skewed(number, PRODUCTS);
  return [place, place / SYLLABLES.length, place / SYLLABLES.length ** 2]
    .map((part) => SYLLABLES[Math.floor(part) % SYLLABLES.length])
    .join("");
}

function skewed(number: number, count: number): number {
  const spread = (number * 2_654_435_761) % 2 ** 32;
  return Math.floor(count * (spread / 2 ** 32) ** 3);
}

function rareWord(number: number): string {
  return `型号${(number * 7_919) % 5_000}X`;
}

/** About 150 characters, the same for the same number. */
function passage(number: number): string {
  const sentences = Array.from({ length: 4 }, (_, index) => {
    const seed = number * 31 + index * 17;
    return `关于${productName(seed)}的${word(seed + 1)}，请先查看${word(seed + 2)}，再联系${word(seed + 3)}处理${productName(seed + 4)}。`;
  });
  return `${sentences.join("")}适用于${rareWord(number)}。`;
}
