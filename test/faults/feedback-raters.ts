import { formatUuid } from "../../src/dialects/insight/ids.ts";
import { askHiagent, cozeChatId, cozeConversationId } from "../e2e/families/world.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { insightClient } from "../support/insight-client.ts";
import type { CallbackScene } from "./callback-scene.ts";
import type { Rater, Requested, View } from "./feedback-oracle.ts";

const APP_KEY = "feedbackfaults000001";
const AGENT_NAME = "rated";

/** What `antiphon.yaml` has to say so that answers can be rated through every family. */
export const RATED_INSTALLATION = { agents: [{ slug: "rated", name: AGENT_NAME, appKey: APP_KEY }] };

export type Family = "hiagent" | "coze" | "insight";

/** What somebody says, through which family. */
export interface Intent {
  family: Family;
  rating: "none" | "like" | "dislike";
  /** Stands in no other change; empty: no reason is given. */
  text: string;
  /** As a reason where the family has some, instead of a comment. */
  asReason: boolean;
}

/** A rater with the names that each family has for what is rated. */
export interface PlacedRater extends Rater {
  /** The user of the conversation may rate through every family, others only through Insight. */
  isUser: boolean;
  conversationId: string;
  messageId: string;
  MessageID: string;
  /** Got once: it is good across restarts. */
  token: string;
}

/** The agent whose answers are rated, as Coze and our own API know it. */
export function ratedAgentId(scene: CallbackScene): Promise<string> {
  return scene.coze().botId(AGENT_NAME);
}

/** The answer of a new conversation, and so many people who rate it; the first is its user. */
export async function ratedAnswer(
  scene: CallbackScene,
  { index, raters, begunBy }: { index: number; raters: number; begunBy: Family },
): Promise<PlacedRater[]> {
  const userId = `user-${index}`;
  const { url } = scene.server;
  const botId = formatUuid("agent", Number(await ratedAgentId(scene)));
  const hiagent = hiagentClient({ url, key: APP_KEY, userId });
  // One for each answer: nobody may call without end.
  const made = await scene.api("POST /access-keys", { name: `raters ${index}` });
  const insight = insightClient({
    ...{ url, accessKeyId: made.accessKey.keyId, accessKeySecret: made.secret },
  });
  const chosen = `session-${index}`;
  if (begunBy === "insight") {
    await insight.ask({ botId, sessionId: chosen, contactId: userId, message: "hello" });
  } else {
    await askHiagent(hiagent, await hiagent.newConversation(), "hello");
  }
  const { AppConversationID } = (await hiagent.call("get_conversation_list")).body.ConversationList[0];
  const conversationId = cozeConversationId(AppConversationID);
  const [{ AnswerInfo }] = await hiagent.history(AppConversationID);
  const messageId = (await scene.coze().messages(conversationId)).at(-1).id;
  const place = {
    botId,
    sessionId: begunBy === "insight" ? chosen : formatUuid("conversation", Number(conversationId)),
    execId: formatUuid("turn", Number(cozeChatId(AnswerInfo.MessageID))),
    msgId: formatUuid("message", Number(messageId)),
    ...{ conversationId, messageId, MessageID: AnswerInfo.MessageID },
    ...(begunBy === "insight" && { contactId: userId }),
    token: await insight.token(),
  };
  return Array.from({ length: raters }, (_, count) => ({
    ...place,
    name: count === 0 ? userId : `rater ${index}/${count} 评`,
    isUser: count === 0,
    requested: [],
    writers: 1,
  }));
}

/** Rates, and keeps with the rater what was asked for and whether it was acknowledged. Rejects when it is refused. */
export async function rate(scene: CallbackScene, rater: PlacedRater, intent: Intent): Promise<void> {
  const request: Requested = { ...viewOf(intent), isAcknowledged: false };
  rater.requested.push(request);
  const answer = await SENDERS[intent.family](scene, rater, intent);
  request.isAcknowledged = true;
  if (answer.revision !== undefined) request.revision = answer.revision;
}

/** Source: spec page of Insight §3. */
function viewOf({ rating, text }: Intent): View {
  if (rating === "none") return { feedbackStatus: "none" };
  if (rating === "like") return { feedbackStatus: "thumb-up" };
  return { feedbackStatus: "thumb-down", ...(text !== "" && { feedback: text }) };
}

type Sender = (scene: CallbackScene, rater: PlacedRater, intent: Intent) => Promise<{ revision?: number }>;

const SENDERS: Record<Family, Sender> = {
  async hiagent({ server }, { name, MessageID }, { rating, text, asReason }) {
    const FeedbackInfo = asReason ? { ProblemCategories: [text] } : { ProblemDetail: text };
    const reply = await hiagentClient({ url: server.url, key: APP_KEY, userId: name }).call("feedback", {
      ...{ MessageID, LikeType: { none: 0, like: 1, dislike: -1 }[rating] },
      ...(rating === "dislike" && text !== "" && { FeedbackInfo }),
    });
    if (reply.status !== 200) throw new Error(`feedback: ${reply.status} ${reply.text}`);
    return {};
  },
  async coze(scene, { conversationId, messageId }, { rating, text, asReason }) {
    const path = `/v1/conversations/${conversationId}/messages/${messageId}/feedback` as const;
    const why = asReason ? { reason_types: [text] } : { comment: text };
    if (rating === "none") await scene.coze().data(`DELETE ${path}`);
    else if (rating === "like") await scene.coze().data(`POST ${path}`, { feedback_type: "like" });
    else await scene.coze().data(`POST ${path}`, { feedback_type: "unlike", ...(text !== "" && why) });
    return {};
  },
  async insight({ server }, { name, isUser, botId, execId, token }, intent) {
    const response = await fetch(`${server.url}/openapi/bot-message/feedback`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ botId, execId, ...viewOf(intent), ...(!isUser && { userId: name }) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`feedback: ${response.status} ${text}`);
    return JSON.parse(text).data;
  },
};
