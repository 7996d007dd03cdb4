import type { Agent, CallerTool } from "../domain/agent.ts";
import type { Conversation, Exchange, HistoryItem } from "../domain/conversation.ts";
import type { AgentId, ExchangeId, MessageId, SectionId, TurnId } from "../domain/ids.ts";
import type { TriggerRecord } from "../domain/trigger.ts";
import type { TraceEvent } from "../domain/turn-event.ts";
import type { OpenTurn, RequestKey } from "../storage/store.ts";
import type { NewMessage } from "./conversations.ts";
import type { QuestionContent } from "./dialogue.ts";
import { withoutEmpty } from "./prompt.ts";
import { originOf, referTo, type TurnStanding } from "./suspended-turn.ts";
import type { TurnLog } from "./turn-log.ts";

/** An answer that is being made in this process. */
export interface RunningAnswer {
  readonly turnId: TurnId;
  /** Of the agent that was asked. */
  readonly agentId: AgentId;
  readonly userId: string;
  readonly createdAt: Date;
  readonly log: TurnLog;
  /** Resolves when the turn is stored and its last event is in the log. Never rejects. */
  readonly ended: Promise<void>;
}

/** A turn of a conversation that runs in this process. */
export interface RunningTurn extends RunningAnswer {
  readonly exchangeId: ExchangeId;
  readonly conversation: Conversation;
  readonly questionMessageId: MessageId;
  readonly answerMessageId: MessageId;
  /** Of the messages that came before the question, in order. */
  readonly insertedIds: MessageId[];
  readonly meta: Record<string, string>;
  /** The conversation is with a person: the question is kept, and no answer comes. */
  readonly isHeld: boolean;
  /** What there was before a turn that waited went on; its log does not tell it again. */
  readonly before?: Before;
}

/** What a turn that waited had said and done. */
export interface Before {
  text: string;
  reasoning: string;
  trace: TraceEvent[];
}

/** Who asks, and through which dialect (for logs and metrics). */
export interface Caller {
  agent: Agent;
  dialect: string;
  /** Of the call that asked; stands in the turn's log line too. */
  requestId: string;
  /** Aborts when the caller leaves; only matters while the question still waits to be accepted. */
  signal: AbortSignal;
  /** Values for the agent's prompt, over those of the conversation. */
  variables?: Record<string, string> | undefined;
  /** Tools that the caller runs: the turn waits for what they give. Absent: none is offered to the model. */
  callerTools?: CallerTool[] | undefined;
  /**
   * The workflow that answers, as the version that is to run. Absent: the agent itself, where it is a chatflow, or its
   * responder; without one the agent's model answers.
   */
  workflow?: Agent | undefined;
  /** For the start node of the workflow that answers, over `variables` and the values of the conversation. */
  workflowInput?: Record<string, unknown> | undefined;
  /**
   * True: the caller can be told that the turn waits for a reply, or for tools of its own, and can go on with it. Absent:
   * a workflow's question is the end of its turn. Either way the next message of the user answers it.
   */
  canWait?: boolean | undefined;
}

/** Who asks in which conversation. */
export interface Asking extends Caller {
  conversation: Conversation;
  /** True: the conversation is stored with its first turn; a refused one leaves nothing. Absent: it is stored. */
  isNew?: boolean | undefined;
  /** Absent: the conversation's. A conversation that has no user or agent gets these. */
  userId?: string | undefined;
  /** The caller's notes on the turn. */
  meta?: Record<string, string> | undefined;
  /**
   * False: nothing of the question and its answer is stored, and nothing can be found later; a turn that waits cannot
   * be resumed. Absent: true.
   */
  isStored?: boolean | undefined;
  /** What starts the turn, kept beside it. Absent: the words of the question. */
  trigger?: TriggerRecord | undefined;
  /** Taken together with the turn; `request_repeated` when somebody has taken it. */
  key?: RequestKey | undefined;
  /** Told to the model as what was said before, for this turn only. Absent: what the conversation holds. */
  history?: HistoryItem[] | undefined;
  /** When the turn ends as failed with `model_timeout`, its text so far kept, unless it has ended. Absent: never. */
  deadline?: Date | undefined;
  /** The same for a turn that nobody waits for: how long it may take once it has begun. */
  timeLimitMs?: number | undefined;
  /** True: the caller is told what the turn decided, and can do it. Absent: only others may be. */
  isToldActions?: boolean | undefined;
  /** `reject`: `conversation_busy` at once while another turn runs. Absent: as the server is configured. */
  busy?: "reject" | undefined;
}

/** What is to be answered, in a conversation as it is now. */
export interface Assignment {
  opening: Pick<OpenTurn, "exchangeId" | "question" | "insertedBefore" | "merges" | "answerLimit">;
  questionMessageId: MessageId;
  sectionId: SectionId;
  /** History is what stands before this exchange. */
  historyBefore: ExchangeId;
  question: QuestionContent;
  inserted: NewMessage[];
  /** True: others are answered together with it. Absent: false. */
  isMerged?: boolean;
  /** The turns that have answered it before, where it is asked again. Absent: it is said for the first time. */
  replaces?: TurnId[];
}

/** An answer to an exchange that has none. */
export function answerTo(exchange: Exchange): Assignment {
  return toAnswer(exchange);
}

/** One more answer to an exchange, of at most so many. */
export function answerAgain(exchange: Exchange, answerLimit: number): Assignment {
  return { ...toAnswer(exchange, answerLimit), replaces: exchange.answers.map(({ turn }) => turn.id) };
}

function toAnswer(exchange: Exchange, answerLimit?: number): Assignment {
  const { id, sectionId, question } = exchange;
  return {
    opening: { exchangeId: id, ...(answerLimit !== undefined && { answerLimit }) },
    questionMessageId: question.messageId,
    sectionId,
    historyBefore: id,
    question: { text: question.text, attachments: question.attachments },
    inserted: [],
  };
}

/** What a turn that begins stands on. */
export function standingOf(
  { agent, conversation, variables = {}, callerTools = [], trigger, history }: Asking,
  opened: OpenTurn,
  { questionMessageId, sectionId, historyBefore, question, inserted }: Assignment,
): TurnStanding {
  return {
    turnId: opened.turnId,
    conversationId: conversation.id,
    exchangeId: opened.exchangeId,
    sectionId,
    historyBefore,
    questionMessageId,
    answerMessageId: opened.answerMessageId,
    insertedIds: (opened.insertedBefore ?? []).map(({ messageId }) => messageId),
    askedAgent: referTo(agent),
    userId: opened.userId,
    channel: conversation.channel,
    createdAtMs: opened.createdAt.getTime(),
    meta: opened.meta ?? {},
    question,
    inserted,
    values: { ...withoutEmpty(conversation.inputs), ...withoutEmpty(variables) },
    callerTools,
    sessionId: conversation.sessionId ?? "",
    ...(trigger !== undefined && { origin: originOf(trigger) }),
    ...(history !== undefined && { history }),
  };
}

/** Whether an exchange is a message of the user that got no words in answer. */
export function isOpenQuestion({ question, answers, chosenTurnId }: Exchange): boolean {
  if (question.role !== "user" || question.isDeleted) return false;
  return (answers.find(({ turn }) => turn.id === chosenTurnId)?.text ?? "") === "";
}

/** Who the turn is for. */
export function userOf({ userId, conversation }: Asking): string {
  return userId ?? conversation.userId;
}
