import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyFile, describeSummary } from "./apply.ts";
import type { InstallationFile } from "./config/file.ts";
import { installationSchema } from "./config/file-schema.ts";
import { hashKey } from "./config/secrets.ts";
import type { Agent } from "./domain/agent.ts";
import type { KnowledgeBaseId } from "./domain/ids.ts";
import type { WorkflowGraph } from "./domain/workflow.ts";
import { KNOWLEDGE_LIMITS, searchPairs, searchPassages } from "./knowledge/knowledge.ts";
import { DEFAULT_SETTINGS } from "./publish/agents.ts";
import { applyServices } from "./publish/testing/apply-services.ts";
import { openSqliteStore } from "./storage/sqlite/open.ts";
import type { Store } from "./storage/store.ts";
import { readGraph } from "./workflow/graph/read-graph.ts";

const NOON = new Date("2026-01-01T12:00:00Z");
const LATER = new Date("2026-01-01T13:00:00Z");
const KEY = "d5k2m8s7q1v3c9n4b6t0";
const OTHER_KEY = "d5k2m8s7q1v3c9n4b6tg";

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:", durability: "full" });
});
afterEach(() => store.close());

type Document = { name: string; text: string; url?: string };

/** A file as it is after reading, from what it would say. */
function aFile(
  content: object,
  documents: Document[] = [],
  pairs: object[] = [],
): InstallationFile<WorkflowGraph> {
  const knowledge = documents.length + pairs.length === 0 ? [] : [{ slug: "faq", name: "FAQ", pairs }];
  const parsed = installationSchema.parse({ knowledge, ...content });
  return {
    ...parsed,
    path: "antiphon.yaml",
    knowledge: parsed.knowledge.map((base) => ({
      ...base,
      documents: documents.map((document) => ({ url: "", format: "markdown" as const, ...document })),
    })),
    graphs: new Map(),
  };
}

const apply = (file: InstallationFile<WorkflowGraph>, at = NOON) =>
  applyFile(
    applyServices(store, () => at),
    file,
  );

async function agent(slug: string): Promise<Agent> {
  const workspace = await store.workspaces.findByName("default");
  const found = workspace && (await store.agents.findBySlug(workspace.id, slug));
  if (found === undefined) throw new Error(`no agent ${slug}`);
  return found;
}

async function baseId(): Promise<KnowledgeBaseId> {
  const workspace = await store.workspaces.findByName("default");
  const base = workspace && (await store.knowledge.findBaseBySlug(workspace.id, "faq"));
  if (base === undefined) throw new Error("no knowledge base");
  return base.id;
}

const find = async (query: string) =>
  (await searchPassages({ store }, { baseIds: [await baseId()], query, topK: 5, scoreThreshold: 0.2 })).map(
    ({ chunkId, text }) => ({ chunkId, text }),
  );

const findPair = async (query: string) =>
  (await searchPairs({ store }, { baseIds: [await baseId()], query, topK: 5, scoreThreshold: 0.9 })).map(
    ({ chunkId, text }) => ({ chunkId, text }),
  );

const FULL = {
  agents: [
    {
      slug: "shop",
      name: "Shop",
      appKey: KEY,
      model: "m",
      modelParameters: { temperature: 0.5 },
      prompt: "Hello {{ name }}",
      opening: { message: "Hi", questions: ["What?"] },
      variables: [
        { key: "name", title: "Name", type: "Text", maxLength: 32 },
        { key: "tone", type: "Enum", choices: ["a", "b"], default: "a" },
      ],
      suggestions: true,
      knowledge: ["faq"],
      tools: [
        { name: "t", description: "d", url: "https://x/{id}", timeoutSeconds: 1.5, headers: { a: "b" } },
      ],
      handoffs: [{ agent: "clerk", when: "orders" }],
      historyTokens: 100,
      steps: 3,
      icon: "https://x/i.png",
    },
    { slug: "clerk", name: "Clerk", handoffs: [{ agent: "shop", when: "otherwise" }] },
  ],
};
const DOCUMENTS = [
  { name: "delivery", text: "# Delivery\nParcels leave within two days." },
  { name: "returns", text: "# Returns\nSend it back within a week.", url: "https://x/returns" },
];
const PAIRS = [{ question: "怎么退货？", answer: "7 天无理由退货。" }];

describe("applyFile", () => {
  it("keeps what an agent may do, what starts it and its events, whose ids stay the same wherever it is applied", async () => {
    const own = "6A0C5C0E-3A3E-4F0F-8F37-6F3F1F8A1B22";
    const entry = {
      slug: "desk",
      name: "Desk",
      actions: ["handover", "tag-user"],
      handover: { message: "One moment", idleMinutes: 5, releaseCommand: " done " },
      triggers: ["new-friend"],
      events: [
        { name: "follow up", variables: [{ name: "topic" }, { name: "amount", type: "number" }], limit: 3 },
        { name: "closed", id: own, description: "The case is closed." },
      ],
      needsDislikeComment: true,
    };
    await apply(aFile({ agents: [entry] }));
    const { settings } = await agent("desk");
    expect(settings).toMatchObject({
      actions: ["handover", "tag-user"],
      handover: { message: "One moment", idleMinutes: 5, releaseCommand: "done" },
      triggers: ["new-friend"],
      needsDislikeComment: true,
    });
    expect(settings.events).toEqual([
      {
        id: "5c1e0147-538b-81a5-a831-2c7cb2e0c862",
        name: "follow up",
        description: "",
        variables: [
          { name: "topic", type: "string" },
          { name: "amount", type: "number" },
        ],
        limit: 3,
      },
      {
        id: own.toLowerCase(),
        name: "closed",
        description: "The case is closed.",
        variables: [],
      },
    ]);
    expect(describeSummary(await apply(aFile({ agents: [entry] })))).toContain("agents: 1 unchanged");
    expect((await agent("desk")).settings.actions).toBeDefined();
    await apply(aFile({ agents: [{ slug: "desk", name: "Desk" }] }), LATER);
    const plain = (await agent("desk")).settings;
    for (const key of ["actions", "handover", "triggers", "events", "needsDislikeComment"]) {
      expect(plain).not.toHaveProperty(key);
    }
  });

  it("makes workspace, knowledge, agents and keys, with agents that hand over to each other", async () => {
    const summary = await apply(aFile(FULL, DOCUMENTS, PAIRS));
    expect(describeSummary(summary)).toEqual([
      "workspace: 1 created",
      "knowledge bases: 1 created",
      "documents: 2 created",
      "question-answer sets: 1 created",
      "agents: 2 created",
      "app keys: 1 created",
    ]);
    const [shop, clerk] = [await agent("shop"), await agent("clerk")];
    expect(shop).toMatchObject({
      name: "Shop",
      kind: "chat",
      apiEnabled: true,
      revision: 1,
      createdAt: NOON,
    });
    expect(shop.settings).toEqual({
      description: "",
      model: "m",
      modelParameters: { temperature: 0.5 },
      prompt: "Hello {{ name }}",
      opening: { message: "Hi", questions: ["What?"] },
      variables: [
        {
          key: "name",
          name: "Name",
          description: "",
          required: false,
          type: "text",
          choices: [],
          maxLength: 32,
        },
        {
          key: "tone",
          name: "tone",
          description: "",
          required: false,
          type: "enum",
          choices: ["a", "b"],
          defaultValue: "a",
        },
      ],
      suggestions: true,
      knowledge: {
        baseIds: [await baseId()],
        mode: "automatic",
        topK: 5,
        scoreThreshold: 0.2,
        pairThreshold: 0.9,
      },
      tools: [
        {
          name: "t",
          title: "t",
          description: "d",
          parameters: { type: "object" },
          method: "GET",
          url: "https://x/{id}",
          headers: { a: "b" },
          timeoutMs: 1_500,
        },
      ],
      handoffs: [{ agentId: clerk.id, description: "orders" }],
      historyLimitTokens: 100,
      stepLimit: 3,
      icon: "https://x/i.png",
      background: "",
    });
    expect(clerk.settings.handoffs).toEqual([{ agentId: shop.id, description: "otherwise" }]);
    expect((await store.agents.findByKeyHash(hashKey(KEY)))?.id).toBe(shop.id);
    expect(await find("parcels")).toHaveLength(1);
    expect(await findPair("怎么退货")).toMatchObject([{ text: "7 天无理由退货。" }]);
  });

  it("changes nothing the second time: neither revisions nor indexes", async () => {
    await apply(aFile(FULL, DOCUMENTS, PAIRS));
    const before = {
      shop: await agent("shop"),
      parcels: await find("parcels"),
      pair: await findPair("怎么退货"),
    };
    const summary = await apply(aFile(FULL, DOCUMENTS, PAIRS), LATER);
    expect(describeSummary(summary)).toEqual([
      "workspace: 1 unchanged",
      "knowledge bases: 1 unchanged",
      "documents: 2 unchanged",
      "question-answer sets: 1 unchanged",
      "agents: 2 unchanged",
      "app keys: 1 unchanged",
    ]);
    expect({
      shop: await agent("shop"),
      parcels: await find("parcels"),
      pair: await findPair("怎么退货"),
    }).toEqual(before);
  });

  it("raises the revision of the changed agent only, and keeps when it was made", async () => {
    await apply(aFile(FULL, DOCUMENTS));
    const [shop, clerk] = FULL.agents;
    await apply(aFile({ agents: [{ ...shop, prompt: "New" }, clerk] }, DOCUMENTS), LATER);
    expect(await agent("shop")).toMatchObject({
      revision: 2,
      createdAt: NOON,
      updatedAt: LATER,
      settings: { prompt: "New" },
    });
    expect(await agent("clerk")).toMatchObject({ revision: 1, updatedAt: NOON });
  });

  it("takes what an agent leaves out as its default again", async () => {
    await apply(aFile({ agents: [{ slug: "a", name: "A", prompt: "x", steps: 3 }] }));
    await apply(aFile({ agents: [{ slug: "a", name: "A" }] }));
    expect((await agent("a")).settings).toMatchObject({ prompt: "", stepLimit: 8 });
  });

  it("leaves alone what the file does not name", async () => {
    await apply(aFile(FULL, DOCUMENTS, PAIRS));
    await apply(aFile({ agents: [{ slug: "new", name: "New" }] }));
    expect(await agent("shop")).toMatchObject({ revision: 1 });
    expect(await find("parcels")).toHaveLength(1);
    expect(await store.agents.findByKeyHash(hashKey(KEY))).toBeDefined();
  });

  it("indexes only changed documents again and removes those that vanished", async () => {
    await apply(aFile({}, [...DOCUMENTS, { name: "gone", text: "Umbrellas." }]));
    const parcels = await find("parcels");
    const changed = [DOCUMENTS[0], { name: "returns", text: "Send it back within a month." }].filter(
      (document) => document !== undefined,
    );
    const summary = await apply(aFile({}, changed));
    expect(summary.documents).toEqual({ created: 0, updated: 1, unchanged: 1, removed: 1 });
    expect(await find("parcels")).toEqual(parcels);
    expect(await find("month")).toHaveLength(1);
    expect(await find("umbrellas")).toEqual([]);
  });

  it("replaces pairs, and removes them when the file has none left", async () => {
    await apply(aFile({}, DOCUMENTS, PAIRS));
    const updated = await apply(aFile({}, DOCUMENTS, [{ question: "多久发货？", answer: "两天。" }]));
    expect(updated.pairSets).toMatchObject({ updated: 1 });
    expect(await findPair("怎么退货")).toEqual([]);
    expect(await findPair("多久发货")).toHaveLength(1);
    const removed = await apply(aFile({}, DOCUMENTS));
    expect(removed.pairSets).toMatchObject({ removed: 1 });
    expect(await findPair("多久发货")).toEqual([]);
  });

  it("revokes keys the file no longer names, unless it names none at all", async () => {
    const withKeys = (keys: object) => aFile({ agents: [{ slug: "a", name: "A", ...keys }] });
    const opens = async (key: string) => (await store.agents.findByKeyHash(hashKey(key)))?.slug;
    await apply(withKeys({ appKey: KEY }));
    await apply(withKeys({}));
    expect(await opens(KEY)).toBe("a");
    await apply(withKeys({ appKeys: [OTHER_KEY] }));
    expect(await opens(KEY)).toBeUndefined();
    expect(await opens(OTHER_KEY)).toBe("a");
    await apply(withKeys({ appKey: KEY, appKeys: [OTHER_KEY] }));
    expect(await opens(KEY)).toBe("a");
  });

  it("moves a key with the agent that names it, in whatever order the agents stand", async () => {
    const keyed = (first: object, second: object) =>
      aFile({
        agents: [
          { slug: "a", name: "A", ...first },
          { slug: "b", name: "B", ...second },
        ],
      });
    const opens = async (key: string) => (await store.agents.findByKeyHash(hashKey(key)))?.slug;
    await apply(keyed({ appKey: KEY }, { appKey: OTHER_KEY }));
    await apply(keyed({ appKey: OTHER_KEY }, { appKey: KEY }));
    expect([await opens(KEY), await opens(OTHER_KEY)]).toEqual(["b", "a"]);
  });

  it("switches the API off where it is disabled", async () => {
    await apply(aFile({ agents: [{ slug: "off", name: "Off", enabled: false }] }));
    expect((await agent("off")).apiEnabled).toBe(false);
  });

  it("publishes to the API channel, once for every change", async () => {
    const versions = async () => {
      const { items } = await store.versions.list((await agent("a")).id, { offset: 0, limit: 10 });
      return items.map(({ number, name, settings }) => ({ number, name, prompt: settings.prompt }));
    };
    const file = (prompt: string) => aFile({ agents: [{ slug: "a", name: "A", appKey: KEY, prompt }] });
    await apply(file("one"));
    await apply(file("one"), LATER);
    const first = { number: NOON.getTime(), name: "A", prompt: "one" };
    expect(await versions()).toEqual([first]);
    const summary = await apply(file("two"), LATER);
    expect(summary.agents).toMatchObject({ updated: 1 });
    expect(await versions()).toEqual([{ number: LATER.getTime(), name: "A", prompt: "two" }, first]);
    const live = await store.agents.findByKeyHash(hashKey(KEY));
    expect(live).toMatchObject({ settings: { prompt: "two" }, versionId: expect.any(Number) });
  });

  it("publishes again what somebody changed or withdrew since", async () => {
    const file = aFile({ agents: [{ slug: "a", name: "A", prompt: "file" }] });
    await apply(file);
    const { id } = await agent("a");
    await store.versions.withdraw(id, "api");
    expect((await apply(file, LATER)).agents).toMatchObject({ updated: 1 });
    expect((await store.agents.findLive(id, "api"))?.settings.prompt).toBe("file");
    const changed = await agent("a");
    const settings = { ...changed.settings, prompt: "by hand" };
    await store.agents.save({ ...changed, settings, revision: changed.revision + 1 });
    await apply(file, LATER);
    expect((await agent("a")).settings.prompt).toBe("file");
    expect((await store.versions.list(id, { offset: 0, limit: 10 })).total).toBe(1);
  });

  it("takes an agent off the API channel when the file no longer names it", async () => {
    const file = (channels: string[]) => aFile({ agents: [{ slug: "a", name: "A", channels }] });
    await apply(file(["api"]));
    const { id } = await agent("a");
    expect((await apply(file(["store"]), LATER)).agents).toMatchObject({ updated: 1 });
    expect(await store.agents.findLive(id, "api")).toBeUndefined();
    expect((await apply(file(["store"]), LATER)).agents).toMatchObject({ unchanged: 1 });
    expect(await store.agents.findLive(id, "store")).toBeDefined();
    expect((await apply(file([]), LATER)).agents).toMatchObject({ updated: 1 });
    expect(await store.versions.releases(id)).toEqual([]);
  });

  it("makes channels, once, and publishes to them, with a history", async () => {
    const file = (change: object = {}, prompt = "one") =>
      aFile({
        users: [{ name: "maker" }],
        channels: [
          {
            slug: "market",
            name: "Market",
            owner: "maker",
            authorization: {
              mode: "oauth",
              authorizeUrl: "https://market.example/authorize",
              tokenUrl: "https://market.example/token",
              userUrl: "https://market.example/user",
              clientId: "antiphon",
              clientSecret: "a secret",
            },
            options: [{ key: "device_id", values: [{ label: "Robot", value: "1" }] }],
            ...change,
          },
        ],
        agents: [{ slug: "a", name: "A", prompt, channels: ["api", "market"] }],
      });
    expect((await apply(file())).channels).toMatchObject({ created: 1 });
    const market = await store.channels.findBySlug("market");
    if (market === undefined) throw new Error("no channel");
    expect(JSON.stringify(market)).not.toContain("a secret");
    const { id } = await agent("a");
    const live = async () => (await store.agents.findLive(id, String(market.id)))?.settings.prompt;
    expect(await live()).toBe("one");
    const again = await apply(file(), LATER);
    expect([again.channels, again.agents]).toMatchObject([{ unchanged: 1 }, { unchanged: 1 }]);
    expect((await apply(file({ name: "Bazaar" }), LATER)).channels).toMatchObject({ updated: 1 });
    expect(await store.channels.find(market.id)).toMatchObject({ ...market, name: "Bazaar" });
    await apply(file({}, "two"), LATER);
    expect(await live()).toBe("two");
    const { items } = await store.submissions.history({ agentId: id, offset: 0, limit: 9 });
    expect(
      items.map(({ submission, change: { to, by } }) => [submission.channel, to, by.kind]).reverse(),
    ).toEqual([
      ["api", "live", "file"],
      [String(market.id), "live", "file"],
      ["api", "live", "file"],
      ["api", "superseded", "system"],
      [String(market.id), "live", "file"],
      [String(market.id), "superseded", "system"],
    ]);
    const unknown = apply(file({ owner: "nobody" }), LATER);
    await expect(unknown).rejects.toMatchObject({ code: "request_invalid", field: "channels" });
  });

  it("asks a channel's server that the same file names before anything is live there", async () => {
    const file = aFile({
      users: [{ name: "maker" }],
      channels: [{ slug: "market", name: "Market", owner: "maker" }],
      callbacks: [
        {
          slug: "app",
          kind: "coze-channel",
          channel: "market",
          url: "https://market.example/",
          agents: ["a"],
        },
      ],
      agents: [{ slug: "a", name: "A", channels: ["api", "market"] }],
    });
    expect(await apply(file)).toMatchObject({ agents: { created: 1 }, callbacks: { created: 1 } });
    const market = String((await store.channels.findBySlug("market"))?.id);
    const { id } = await agent("a");
    expect((await store.submissions.latest(id, market))?.status).toBe("auditing");
    expect((await store.versions.releases(id)).map(({ channel }) => channel)).toEqual(["api"]);
    expect(await apply(file, LATER)).toMatchObject({ agents: { unchanged: 1 }, callbacks: { unchanged: 1 } });
  });

  it("puts agents into folders, which it makes once", async () => {
    const file = (folder?: string) =>
      aFile({ agents: [{ slug: "a", name: "A", ...(folder === undefined ? {} : { folder }) }] });
    await apply(file("商城/客服"));
    const { folderId, workspaceId } = await agent("a");
    const inner = folderId && (await store.folders.find(folderId));
    expect(inner).toMatchObject({ folder: { name: "客服", kind: "development" }, childrenCount: 1 });
    const root = { workspaceId, kind: "development" as const, offset: 0, limit: 10 };
    const { items } = await store.folders.list(root);
    expect(items).toMatchObject([{ folder: { name: "商城" }, childrenCount: 1 }]);
    expect((await apply(file("商城/客服"), LATER)).agents).toMatchObject({ unchanged: 1 });
    expect((await store.folders.list(root)).total).toBe(1);
    await apply(file(), LATER);
    expect((await agent("a")).folderId).toBeUndefined();
  });

  it("keeps templates, callers' tools and shortcuts as they are described", async () => {
    const parameters = { type: "object", properties: { id: { type: "string" } } };
    await apply(
      aFile({
        agents: [
          {
            slug: "a",
            name: "A",
            template: true,
            historyExchanges: 3,
            modelParameters: { topK: 5, presencePenalty: 1, frequencyPenalty: -1, responseFormat: "json" },
            callerTools: [{ name: "order", description: "Looks up an order", parameters }],
            shortcuts: [
              {
                name: "退货",
                command: "/return",
                template: "退货 {{order}}",
                components: [{ name: "order", default: "1", hidden: true }],
              },
            ],
          },
        ],
      }),
    );
    expect(await agent("a")).toMatchObject({
      isTemplate: true,
      settings: {
        historyLimitExchanges: 3,
        modelParameters: { topK: 5, presencePenalty: 1, frequencyPenalty: -1, responseFormat: "json" },
        callerTools: [{ name: "order", description: "Looks up an order", parameters }],
        shortcuts: [
          {
            id: "/return",
            name: "退货",
            command: "/return",
            description: "",
            template: "退货 {{order}}",
            icon: "",
            components: [
              {
                name: "order",
                description: "",
                type: "text",
                defaultValue: "1",
                isHidden: true,
                options: [],
              },
            ],
          },
        ],
      },
    });
  });

  it("begins where agents made over an API begin", async () => {
    await apply(aFile({ agents: [{ slug: "a", name: "A" }] }));
    expect((await agent("a")).settings).toEqual(DEFAULT_SETTINGS);
  });

  it("changes no agent when one of them cannot be stored", async () => {
    await apply(aFile({ agents: [{ slug: "a", name: "A" }] }));
    const broken = aFile({
      agents: [
        { slug: "a", name: "Changed" },
        { slug: "b", name: "B", handoffs: [{ agent: "nobody", when: "x" }] },
      ],
    });
    await expect(apply(broken)).rejects.toThrow("nobody");
    expect(await agent("a")).toMatchObject({ name: "A", revision: 1 });
    await expect(agent("b")).rejects.toThrow("no agent");
  });
});

it("the file's limits are those of the knowledge room", () => {
  const accepts = (base: object) =>
    installationSchema.safeParse({ knowledge: [{ slug: "k", name: "K", ...base }] }).success;
  const pair = (questionLength: number, answerLength: number) => ({
    question: "q".repeat(questionLength),
    answer: "a".repeat(answerLength),
  });
  const { questionCharacters, answerCharacters, pairs, nameCharacters, urlCharacters } = KNOWLEDGE_LIMITS;
  const document = (nameLength: number, urlLength: number) => ({
    documents: [{ text: "t", name: "n".repeat(nameLength), url: "https://x/".padEnd(urlLength, "u") }],
  });
  expect(accepts({ pairs: [pair(questionCharacters, answerCharacters)] })).toBe(true);
  expect(accepts({ pairs: [pair(questionCharacters + 1, 1)] })).toBe(false);
  expect(accepts({ pairs: [pair(1, answerCharacters + 1)] })).toBe(false);
  expect(accepts({ pairs: Array.from({ length: pairs }, () => pair(1, 1)) })).toBe(true);
  expect(accepts({ pairs: Array.from({ length: pairs + 1 }, () => pair(1, 1)) })).toBe(false);
  expect(accepts(document(nameCharacters, urlCharacters))).toBe(true);
  expect(accepts(document(nameCharacters + 1, 100))).toBe(false);
  expect(accepts(document(1, urlCharacters + 1))).toBe(false);
});

it("a workflow is kept with its graph, and an agent with the workflow that answers for it", async () => {
  const { graph } = readGraph({
    version: 1,
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "end" },
      { id: "end", type: "end", answer: "{{ start.query }}" },
    ],
  });
  if (graph === undefined) throw new Error("the graph is broken");
  const agents = [
    { slug: "bot", name: "Bot", responder: "flow" },
    { slug: "flow", name: "Flow", kind: "workflow", workflow: "flow.yaml" },
  ];
  const file = { ...aFile({ agents }), graphs: new Map([["flow", graph]]) };
  expect((await apply(file)).agents.created).toBe(2);
  const flow = await agent("flow");
  expect(flow.settings.graph).toEqual(graph);
  expect((await agent("bot")).settings.responder).toBe(flow.id);
  expect((await apply(file)).agents).toMatchObject({ unchanged: 2, updated: 0 });
});
