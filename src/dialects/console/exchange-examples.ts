import { z } from "zod";
import type { AskedQuestion } from "../../domain/api-example.ts";
import type { Conversation, Exchange, HistoryItem } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ExchangeId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { seenConversation } from "./conversation-present.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { idOf } from "./wire.ts";

/** Of what was said before so much is told again. */
const HISTORY_EXCHANGES = 5;
const HISTORY_CHARACTERS = 8_000;

export const exchangeExampleOperations: Operation[] = [
  operation({
    route: "GET /exchanges/:exchangeId/examples",
    permission: "viewConversations",
    role: "viewer",
    summary: "how the same question is asked over each family of the API: as a command, and as programs",
    answer: z.object({
      /** Empty: no family can ask it, such as what was no question, or whose agent is a workflow. */
      items: z.array(
        z.object({
          family: z.string(),
          /** What it is written with, such as `curl` or an SDK. */
          label: z.string(),
          language: z.enum(["sh", "ts", "python"]),
          code: z.string(),
        }),
      ),
    }),
    async run({ services, caller, params, serverUrl }) {
      const { store } = services;
      const id = idOf<ExchangeId>(params["exchangeId"]);
      const conversationId = await store.exchanges.conversationOf(id);
      const conversation = await seenConversation(store, caller, String(conversationId ?? ""));
      const asked = await questionOf(store, conversation, id);
      const items = asked === undefined ? [] : services.apiExamples({ ...asked, serverUrl: serverUrl() });
      return { items };
    },
  }),
];

/** Undefined where nothing was asked, or nobody is there to answer. Rejects with `not_found`. */
async function questionOf(
  store: ConsoleServices["store"],
  conversation: Conversation,
  id: ExchangeId,
): Promise<Omit<AskedQuestion, "serverUrl"> | undefined> {
  const place = { conversationId: conversation.id, rater: conversation.userId };
  const [exchange] = await store.exchanges.page({ ...place, order: "asc", from: id, limit: 1 });
  if (exchange?.id !== id) throw new DomainError("not_found", "there is no such exchange");
  const { question, answers } = exchange;
  const agentId = answers.at(-1)?.turn.agentId ?? conversation.agentId;
  const agent = agentId === undefined ? undefined : await store.agents.find(agentId);
  if (agent === undefined || question.role !== "user" || question.isDeleted) return undefined;
  return {
    agent,
    conversation,
    userId: answers.at(-1)?.turn.userId || conversation.userId,
    question,
    history: await saidBefore(store, conversation, exchange),
  };
}

async function saidBefore(
  { exchanges }: Pick<Store, "exchanges">,
  { id, userId }: Conversation,
  { id: before, sectionId }: Exchange,
): Promise<HistoryItem[]> {
  const earlier = await exchanges.latest({
    conversationId: id,
    rater: userId,
    sectionId,
    before,
    limit: HISTORY_EXCHANGES,
    isAnswered: true,
  });
  const said = earlier.flatMap(({ question, answers, chosenTurnId }): HistoryItem[] => {
    const text = answers.find(({ turn }) => turn.id === chosenTurnId)?.text ?? "";
    if (question.isDeleted || question.role !== "user" || text === "") return [];
    return [
      { role: "user", text: question.text, attachments: question.attachments },
      { role: "assistant", text, attachments: [] },
    ];
  });
  let room = HISTORY_CHARACTERS;
  const first = said.findLastIndex((item) => {
    room -= item.text.length;
    return room < 0;
  });
  // Begins with a question: those stand at even places.
  return said.slice(first + 1 + ((first + 1) % 2));
}
