import { z } from "zod";
import { findAnswer } from "../../chat/answers.ts";
import { findConversation } from "../../chat/conversations.ts";
import { replayTurn } from "../../chat/replay.ts";
import { followTurn, readEvents, readUntil, type TurnLog, type TurnReader } from "../../chat/turn-log.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { Attachment } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { TurnId } from "../../domain/ids.ts";
import { turnFailure } from "../../domain/turn-failure.ts";
import type { Reply } from "../../http/route.ts";
import { type Action, action, FILE_LIMIT, type Invocation, QUERY_LIMIT, success } from "./action.ts";
import { formatUlid } from "./ids.ts";
import { conversationIdOf, turnIdOf } from "./references.ts";
import { blockingFrame, type FrameContext, type Framing, turnFrames } from "./turn-frames.ts";
import { optionalText, wireInteger, wireText } from "./wire.ts";

/** Source: spec page §3.2: empty is streaming, anything else than the two is refused. */
const ResponseMode = z
  .enum(["streaming", "blocking", ""], { error: 'must be "streaming" or "blocking"' })
  .optional()
  .transform((mode) => (mode === "blocking" ? ("blocking" as const) : ("streaming" as const)));

/** FileInfo: any of its members may be missing. Source: spec page §4.5. */
const FileInfo = z.object({
  Path: optionalText(2_000),
  Name: optionalText(500),
  Size: wireInteger.optional(),
  Url: optionalText(8_000),
});

/** Body of `chat_query` and `chat_query_v2`. Source: spec page §3.2. */
const ChatQuery = {
  AppConversationID: wireText(128),
  Query: wireText(QUERY_LIMIT),
  ResponseMode,
  PubAgentJump: z.boolean().default(true),
  QueryExtends: z
    .object({
      Files: z
        .array(FileInfo)
        .max(FILE_LIMIT, { error: `more than ${FILE_LIMIT} files` })
        .optional(),
    })
    .optional(),
};

/** Body of `query_again` and `query_again_v2`. `ResponseMode` is a superset. Source: spec page §3.3. */
const QueryAgain = {
  AppConversationID: wireText(128),
  MessageID: wireText(128),
  ResponseMode,
  PubAgentJump: z.boolean().default(true),
};

/** Body of `stop_message`: one of the two. Source: spec page §3.4. */
const StopMessage = { MessageID: optionalText(128), TaskID: optionalText(128) };

/** Body of `chat_continue`. Source: spec page §3.16. */
const ChatContinue = { MessageID: wireText(128), RespDataStandard: z.boolean().default(false) };

export const chatActions: Action[] = [
  chatQuery("chat_query", "v1"),
  chatQuery("chat_query_v2", "v2"),
  queryAgain("query_again", "v1"),
  queryAgain("query_again_v2", "v2"),
  action({
    name: "stop_message",
    input: StopMessage,
    async run({ services, agent, userId, input }) {
      const turnId = turnIdOf(input.MessageID ?? input.TaskID, "MessageID");
      if (ownRunningTurn({ services, agent, userId }, turnId) === undefined) {
        const { answer } = await findAnswer(services.store, agent, userId, turnId);
        if (answer.turn.status !== "running") return success();
      }
      await services.turns.stop(turnId);
      return success();
    },
  }),
  action({
    name: "chat_continue",
    input: ChatContinue,
    async run(invocation) {
      const { services, agent, userId, input, call } = invocation;
      const framing = input.RespDataStandard ? "v2" : "v1";
      const turnId = turnIdOf(input.MessageID, "MessageID");
      const running = ownRunningTurn(invocation, turnId);
      if (running !== undefined) return streamAgain(running.log, contextOf(running), framing);
      let found = await findAnswer(services.store, agent, userId, turnId);
      const { conversationId } = found.exchange;
      const { isHeld } = found.answer.turn;
      const context = { turnId, conversationId, workspaceId: agent.workspaceId, isHeld };
      if (found.answer.turn.status === "running") {
        const log = await services.turns.follow({ turnId, conversationId, userId }, call.signal);
        if (log !== undefined) return streamAgain(log, context, framing);
        found = await findAnswer(services.store, agent, userId, turnId);
      }
      const trace = await services.store.turns.trace(turnId);
      return stream(readEvents(replayTurn(found.answer, trace)), context, framing, true);
    },
  }),
];

function chatQuery(name: string, framing: Framing): Action {
  return action({
    name,
    input: ChatQuery,
    async run(invocation) {
      const { services, agent, userId, input, call } = invocation;
      const attachments = (input.QueryExtends?.Files ?? []).map(attachment);
      if (input.Query.trim() === "" && attachments.length === 0) {
        throw new DomainError("request_invalid", "field Query: must not be empty", { field: "Query" });
      }
      const id = conversationIdOf(input.AppConversationID);
      const conversation = await findConversation(services.store, agent, userId, id);
      const turn = await services.turns.start({
        agent,
        conversation,
        question: { text: input.Query, attachments },
        dialect: "hiagent",
        requestId: call.requestId,
        signal: call.signal,
      });
      return answerWith(invocation, turn, framing);
    },
  });
}

function queryAgain(name: string, framing: Framing): Action {
  return action({
    name,
    input: QueryAgain,
    async run(invocation) {
      const { services, agent, userId, input, call } = invocation;
      const id = conversationIdOf(input.AppConversationID);
      const conversation = await findConversation(services.store, agent, userId, id);
      const turnId = turnIdOf(input.MessageID, "MessageID");
      const { exchange } = await findAnswer(services.store, agent, userId, turnId);
      if (exchange.conversationId !== id) {
        throw new DomainError("message_not_found", "message not found in this conversation");
      }
      const turn = await services.turns.regenerate({
        agent,
        conversation,
        exchange,
        dialect: "hiagent",
        requestId: call.requestId,
        signal: call.signal,
      });
      return answerWith(invocation, turn, framing);
    },
  });
}

/** Streams a new turn, or waits for its end where the caller asked for that. */
async function answerWith(
  invocation: Invocation<{ ResponseMode: "streaming" | "blocking"; PubAgentJump: boolean }>,
  turn: RunningTurn,
  framing: Framing,
): Promise<Reply> {
  const { services, input, call } = invocation;
  if (services.options.abortOnDisconnect) {
    const stop = () => void services.turns.stopHere(turn.turnId);
    if (call.signal.aborted) stop();
    else call.signal.addEventListener("abort", stop);
  }
  const reader = followTurn(turn.log);
  const context = contextOf(turn);
  if (input.ResponseMode === "streaming") {
    return stream(reader, context, framing, input.PubAgentJump);
  }
  const result = await collect(reader, call.signal);
  if (framing === "v1") return { kind: "stream", frames: blockingFrame(context, result.answer) };
  const id = formatUlid("turn", turn.turnId);
  return {
    kind: "json",
    body: {
      event: "message",
      task_id: id,
      id,
      conversation_id: formatUlid("thread", turn.conversation.id),
      answer: result.answer,
      created_at: Math.floor(turn.createdAt.getTime() / 1000),
      think_messages: result.reasonings,
      tool_messages: result.toolMessages,
    },
  };
}

/** From the beginning, what has happened already in one piece. */
function streamAgain(log: TurnLog, context: FrameContext, framing: Framing): Reply {
  return stream(followTurn(log, { catchUp: true }), context, framing, true);
}

function stream(reader: TurnReader, context: FrameContext, framing: Framing, showAgentJumps: boolean): Reply {
  return { kind: "stream", frames: turnFrames(reader, context, { framing, showAgentJumps }) };
}

/** The turn, if it runs here and belongs to this agent and user. */
export function ownRunningTurn(
  { services, agent, userId }: Pick<Invocation<unknown>, "services" | "agent" | "userId">,
  turnId: TurnId,
): RunningTurn | undefined {
  const turn = services.turns.find(turnId);
  const isOwn = turn?.conversation.agentId === agent.id && turn.conversation.userId === userId;
  return isOwn ? turn : undefined;
}

function contextOf({ turnId, conversation, isHeld }: RunningTurn): FrameContext {
  return { turnId, conversationId: conversation.id, workspaceId: conversation.workspaceId, isHeld };
}

function attachment(file: z.output<typeof FileInfo>): Attachment {
  return { url: file.Url ?? "", path: file.Path ?? "", name: file.Name ?? "", sizeBytes: file.Size ?? 0 };
}

/**
 * Reads a turn for a blocking reply until its answer is stored; follow-up questions are not waited for. A stopped
 * turn gives the text so far. Rejects with the error of a failed turn. Source: spec page §8.
 */
async function collect(reader: TurnReader, signal: AbortSignal) {
  const result = { answer: "", reasonings: [] as string[], toolMessages: [] as string[] };
  let failure: DomainError | undefined;
  let block = "";
  await readUntil(
    reader,
    (event) => {
      if (event.type === "text-delta") result.answer += event.text;
      else if (event.type === "text-replace") result.answer = event.text;
      else if (event.type === "reasoning-start" || event.type === "tool-message-start") block = "";
      else if (event.type === "reasoning-delta" || event.type === "tool-message-delta") block += event.text;
      else if (event.type === "reasoning-end") result.reasonings.push(block);
      else if (event.type === "tool-message-end") result.toolMessages.push(block);
      else if (event.type === "turn-error") failure = turnFailure(event);
      return event.type === "usage";
    },
    signal,
  );
  if (failure !== undefined) throw failure;
  return result;
}
