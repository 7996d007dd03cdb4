import { describe, expect, it } from "vitest";
import type { Rating } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import type { ConversationQuery, OpenTurn, Store } from "../store.ts";
import {
  aConversation,
  anAgent,
  anotherAnswer,
  answer,
  aTurn,
  begin,
  later,
  type OwnedConversation,
} from "./factories.ts";

/** How conversations are found again. */
export function conversationSearchConformance(shared: () => Store): void {
  describe("conversations that are looked for", () => {
    it("come newest activity first, a page at a time, each once", async () => {
      const { store, workspaceId, converse, search } = scene(shared());
      const conversations = [];
      for (const second of [3, 1, 2, 2])
        conversations.push((await converse({}, { createdAt: later(second) })).id);
      const [third, first, one, other] = conversations;
      await begin(store, { channel: "api" });
      const order = [third, other, one, first];
      expect((await search({})).ids).toEqual(order);
      const seen: unknown[] = [];
      let after: ConversationQuery["after"];
      do {
        const page = await store.conversations.search({ workspaceId, limit: 1, budgetMs: 1_000, after });
        seen.push(...page.items.map(({ conversation }) => conversation.id));
        after = page.searchedTo;
      } while (after !== undefined);
      expect(seen).toEqual(order);
    });

    it("show their newest question, its newest answer and how answers were rated", async () => {
      const { store, converse, search } = scene(shared());
      const { conversation } = await converse({}, { createdAt: later(0) });
      const turn = aTurn(store, conversation, { createdAt: later(5), family: "coze" });
      const asked = await answer(store, withText(turn, `最后的问题${"长".repeat(1_000)}`));
      const again = await answer(store, anotherAnswer(store, asked), { status: "stopped" });
      await rate(store, asked.turnId, "dislike");
      const silent = await begin(store, { ...conversation, id: store.newId(), createdAt: later(1) });
      const { items } = await search({});
      expect(items[0]).toMatchObject({
        conversation: { id: conversation.id },
        activeAt: later(5),
        newest: {
          exchangeId: asked.exchangeId,
          role: "user",
          turn: { id: again.turnId, status: "stopped", family: "coze" },
        },
        isLiked: false,
        isDisliked: true,
      });
      expect(items[0]?.newest?.text).toMatch(/^最后的问题长{295}$/);
      expect(items[1]).toEqual({
        conversation: silent,
        activeAt: later(1),
        isLiked: false,
        isDisliked: false,
      });
    });

    it("are found by agent, user, channel, hold and time", async () => {
      const { store, agentIds, converse, search } = scene(shared());
      const [agentId, otherAgentId] = agentIds;
      const mine = await converse({ userId: "王小明" }, { createdAt: later(10) });
      const other = await converse(
        { agentId: otherAgentId, userId: "王大明", channel: "web" },
        { createdAt: later(20) },
      );
      const trial = await converse({ channel: "draft" }, { createdAt: later(30) });
      await store.conversations.hold(other.id, later(40));
      expect((await search({ agentId })).ids).toEqual([mine.id]);
      expect((await search({ agentId: store.newId<AgentId>() })).ids).toEqual([]);
      expect((await search({ userId: "王大明" })).ids).toEqual([other.id]);
      expect((await search({ userId: "王" })).ids).toEqual([]);
      expect((await search({ agentId, userId: "王大明" })).ids).toEqual([]);
      expect((await search({ userPrefix: "王" })).ids).toEqual([other.id, mine.id]);
      expect((await search({ userPrefix: "王小" })).ids).toEqual([mine.id]);
      expect((await search({ userPrefix: "%" })).ids).toEqual([]);
      expect((await search({ channel: "web" })).ids).toEqual([other.id]);
      expect((await search({ channel: "draft" })).ids).toEqual([trial.id]);
      expect((await search({ isHeld: true })).ids).toEqual([other.id]);
      expect((await search({ isHeld: false })).ids).toEqual([mine.id]);
      expect((await search({ since: later(20) })).ids).toEqual([other.id]);
      expect((await search({ until: later(20) })).ids).toEqual([mine.id]);
      expect((await search({ isHeld: true, until: later(20) })).ids).toEqual([]);
    });

    it("are found by what one of their turns is", async () => {
      const { store, converse, search } = scene(shared());
      const liked = await converse({}, { createdAt: later(1) });
      const disliked = await converse({}, { createdAt: later(2) });
      const broken = await converse({}, { createdAt: later(3) }, { status: "failed" });
      const plain = await converse({}, { createdAt: later(4), family: "insight" });
      await rate(store, liked.turnId, "like");
      await rate(store, disliked.turnId, "dislike", "答非所问");
      await rate(store, broken.turnId, "like");
      await rate(store, plain.turnId, "none");
      const ids = async (turn: ConversationQuery["turn"]) => (await search({ turn })).ids;
      expect(await ids({ ratings: ["like"] })).toEqual([broken.id, liked.id]);
      expect(await ids({ ratings: ["like", "dislike"] })).toEqual([broken.id, disliked.id, liked.id]);
      expect(await ids({ ratings: ["like", "dislike"], hasComment: true })).toEqual([disliked.id]);
      expect(await ids({ statuses: ["failed", "interrupted"] })).toEqual([broken.id]);
      expect(await ids({ statuses: ["completed"] })).toEqual([plain.id, disliked.id, liked.id]);
      expect(await ids({ statuses: ["failed"], ratings: ["dislike"] })).toEqual([]);
      expect(await ids({ family: "insight" })).toEqual([plain.id]);
      expect(await ids({ family: "insight", ratings: ["like"] })).toEqual([]);
      expect(await ids({})).toEqual([plain.id, broken.id, disliked.id, liked.id]);
    });

    it("are found by words of questions and answers, in either case of letters, Chinese ones too", async () => {
      const { store, converse, search } = scene(shared());
      const one = await converse({}, { createdAt: later(1) }, { text: "Order ABC-7 was sent. Größe: ÄÖÜ" });
      const other = await converse({}, { createdAt: later(2) }, { text: "100% 退款，路径 a\\b_c" });
      const ids = async (text: string) => (await search({ text })).ids;
      expect(await ids("abc-7")).toEqual([one.id]);
      expect(await ids("größe: äö")).toEqual([one.id]);
      expect(await ids("退款")).toEqual([other.id]);
      expect(await ids("退货")).toEqual([other.id, one.id]);
      expect(await ids("0%")).toEqual([other.id]);
      expect(await ids("a\\b_")).toEqual([other.id]);
      expect(await ids("_BC")).toEqual([]);
      await store.exchanges.delete(other.exchangeId, later(9));
      const again = await answer(store, anotherAnswer(store, one), { text: "第二个答案" });
      expect(await ids("退款")).toEqual([]);
      expect(await ids("第二个")).toEqual([one.id]);
      await store.exchanges.deleteAnswer(again.turnId, later(9));
      expect(await ids("第二个")).toEqual([]);
      await store.conversations.delete(one.id, later(9));
      expect(await ids("abc-7")).toEqual([]);
    });

    it("are told by their exchanges, and several turns at once with all that stands around them", async () => {
      const { store, converse } = scene(shared());
      const one = await converse({}, { createdAt: later(1) });
      const other = await converse({}, { createdAt: later(2), family: "coze" }, { model: "m", text: "yes" });
      expect(await store.exchanges.conversationOf(one.exchangeId)).toBe(one.id);
      expect(await store.exchanges.conversationOf(store.newId())).toBeUndefined();
      const runs = await store.runs.load([other.turnId, store.newId<TurnId>(), one.turnId]);
      expect(runs.map(({ turn }) => turn.id)).toEqual([other.turnId, one.turnId]);
      expect(runs[0]).toMatchObject({
        conversation: { id: other.id },
        turn: { family: "coze" },
        answer: { text: "yes" },
        model: "m",
      });
      expect(await store.runs.load([])).toEqual([]);
    });

    it("are looked at only for so long: how far is told, and from there it goes on", async () => {
      const { store, workspaceId, converse } = scene(shared());
      const oldest = await converse({ userId: "who" }, { createdAt: later(0) }, { text: "needle" });
      const looks = { workspaceId, text: "needle", limit: 2, budgetMs: 0 };
      for (let second = 1; second <= 5; second += 1) await converse({}, { createdAt: later(second) });
      const first = await store.conversations.search(looks);
      expect(first).toMatchObject({ items: [], searchedTo: { activeAt: later(3) } });
      const second = await store.conversations.search({ ...looks, after: first.searchedTo });
      expect(second).toMatchObject({ items: [{ conversation: { id: oldest.id } }] });
      const last = await store.conversations.search({ ...looks, after: second.searchedTo });
      expect(last).toEqual({ items: [] });
      const alone = await store.conversations.search({ ...looks, userId: "who" });
      expect(alone.items).toHaveLength(1);
      expect(alone.searchedTo).toBeUndefined();
    });
  });
}

/** A workspace of its own with two agents. */
function scene(store: Store) {
  const workspaceId = store.newId<WorkspaceId>();
  const agents = [anAgent(store, { workspaceId }), anAgent(store, { workspaceId })] as const;
  const agentIds = [agents[0].id, agents[1].id] as const;
  let saved: Promise<unknown> | undefined;
  return {
    store,
    workspaceId,
    agentIds,
    /** A conversation with one question and one answer. */
    async converse(
      about: Partial<OwnedConversation>,
      turn: Partial<OpenTurn>,
      end: Parameters<typeof answer>[2] = {},
    ): Promise<OpenTurn & { id: ConversationId; conversation: OwnedConversation }> {
      saved ??= Promise.all(agents.map((agent) => store.agents.save(agent)));
      await saved;
      const conversation = aConversation(store, { workspaceId, agentId: agentIds[0], ...about });
      await store.conversations.insert(conversation);
      const asked = await answer(store, aTurn(store, conversation, turn), end);
      return { ...asked, id: conversation.id, conversation };
    },
    async search(query: Partial<ConversationQuery>) {
      const found = await store.conversations.search({ workspaceId, limit: 10, budgetMs: 10_000, ...query });
      return { ...found, ids: found.items.map(({ conversation }) => conversation.id) };
    },
  };
}

function withText(turn: OpenTurn, text: string): OpenTurn {
  return turn.question === undefined ? turn : { ...turn, question: { ...turn.question, text } };
}

async function rate(store: Store, turnId: TurnId, rating: Rating, comment = ""): Promise<void> {
  const opinion = { turnId, rater: "u-1", rating, categories: [], comment, revision: 1, updatedAt: later(0) };
  await store.feedback.save(opinion);
}
