import type { Agent, Variable } from "../../domain/agent.ts";
import type { Answer, Attachment, Conversation, Exchange, Rating } from "../../domain/conversation.ts";
import { formatUlid, formatXid } from "./ids.ts";
import { seconds } from "./turn-frames.ts";

/** Name shown for a conversation that has none. Source: HiAgent API document, sample of create_conversation. */
const DEFAULT_NAME = "新的会话";

/** AppConversationBrief. Source: spec page §4.1; never null in it. */
export function conversationBrief(conversation: Conversation, timeZoneOffsetMinutes: number) {
  const { createdAt, lastTurnAt } = conversation;
  return {
    AppConversationID: formatXid("conversation", conversation.id),
    ConversationName: conversation.name === "" ? DEFAULT_NAME : conversation.name,
    CreateTime: localTime(createdAt, timeZoneOffsetMinutes),
    LastChatTime: lastTurnAt === undefined ? "" : localTime(lastTurnAt, timeZoneOffsetMinutes),
    EmptyConversation: lastTurnAt === undefined,
    ConversationID: formatUlid("thread", conversation.id),
  };
}

/** `YYYY-MM-DD HH:MM:SS` in the configured zone. Source: spec page §1.6. */
function localTime(time: Date, offsetMinutes: number): string {
  return new Date(time.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * ChatMessageInfo: one round, shown with `answer` as its main answer. `tracing` belongs to that answer.
 * Source: spec page §4.2.
 */
export function chatMessage(
  exchange: Exchange,
  answer: Answer,
  inputs: Record<string, string>,
  tracing: string,
) {
  const { question } = exchange;
  const files = question.attachments.map(fileInfo);
  return {
    ConversationID: formatUlid("thread", exchange.conversationId),
    QueryID: formatXid("exchange", exchange.id),
    Query: question.text,
    AnswerInfo: answerInfo(answer, tracing),
    OtherAnswers: exchange.answers
      .filter((other) => other.turn.id !== answer.turn.id)
      .map((other) => answerInfo(other, "")),
    ...(files.length === 0 ? {} : { QueryExtends: { Files: files } }),
    Inputs: inputs,
    SendByTrigger: false,
    SendByAsyncWorkflow: false,
    UserMessage: { Messages: [{ type: "text", text: question.text }] },
  };
}

/** The answer shown by default. */
export function chosenAnswer(exchange: Exchange): Answer {
  const chosen = exchange.answers.find((answer) => answer.turn.id === exchange.chosenTurnId);
  if (chosen === undefined) throw new Error(`exchange ${exchange.id} has no chosen answer`);
  return chosen;
}

const LIKE_TYPES: Record<Rating, number> = { like: 1, none: 0, dislike: -1 };

/** MessageAnswerInfo. `CreateTime` beside `CreatedTime` for the oldest Python SDK. Source: spec page §4.3. */
function answerInfo({ turn, text, rating }: Answer, tracing: string) {
  const messageId = formatUlid("turn", turn.id);
  const createdSeconds = Math.floor(turn.createdAt.getTime() / 1000);
  return {
    Answer: text,
    MessageID: messageId,
    CreatedTime: createdSeconds,
    CreateTime: createdSeconds,
    TaskID: messageId,
    Like: LIKE_TYPES[rating],
    TotalTokens: Math.round(turn.usage.inputTokens + turn.usage.outputTokens),
    Latency: seconds(turn.usage.latencyMs),
    TracingJsonStr: tracing,
    RetrieverResource: turn.usedKnowledge,
  };
}

/** Both spellings of every key: the official Python SDK reads the lower-case ones. Source: spec page §4.5. */
function fileInfo({ path, name, sizeBytes, url }: Attachment) {
  return { Path: path, Name: name, Size: sizeBytes, Url: url, path, name, size: sizeBytes, url };
}

/** AppConfigPreview. Source: spec page §4.8. Unverified: `MessageTimes`, which no source explains. */
export function appConfig(agent: Agent) {
  const { settings } = agent;
  return {
    Name: agent.name,
    OpenMessage: settings.opening.message,
    OpenQuery: settings.opening.questions,
    VariableConfigs: settings.variables.map(variableConfig),
    Icon: settings.icon,
    Background: settings.background,
    Image: "",
    MessageTimes: 0,
    SuggestEnabled: settings.suggestions,
    AgentMode: settings.handoffs.length === 0 ? "Single" : "Multi",
    AgentNodeSuggestEnabledMap: {},
    VoiceConfig: { Enable: false, AutoPlay: false, Speaker: "" },
    WorkspaceID: formatXid("workspace", agent.workspaceId),
    TenantID: "",
  };
}

const VARIABLE_TYPES: Record<Variable["type"], string> = {
  text: "Text",
  paragraph: "Paragraph",
  enum: "Enum",
};

/** VariableConfig. Source: spec page §4.9. */
function variableConfig(variable: Variable) {
  return {
    Key: variable.key,
    Name: variable.name,
    ShowName: variable.name,
    Description: variable.description,
    Required: variable.required,
    VariableType: VARIABLE_TYPES[variable.type],
    EnumValues: variable.choices,
    ...(variable.maxLength === undefined ? {} : { TextMaxLength: variable.maxLength }),
  };
}
