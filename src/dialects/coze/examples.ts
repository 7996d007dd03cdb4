import type { ApiExample, AskedQuestion } from "../../domain/api-example.ts";
import type { Attachment } from "../../domain/conversation.ts";
import { curlCommand, type Json, jsonText, pythonText } from "../../http/program-text.ts";
import { formatId } from "./ids.ts";

const family = "coze";
const TOKEN = { Authorization: "Bearer $COZE_API_TOKEN" };

/** How the question is asked over this family: a streamed chat in the same conversation. */
export function cozeExamples(asked: AskedQuestion): ApiExample[] {
  const { serverUrl, agent, conversation } = asked;
  if (agent.kind !== "chat") return [];
  const query = new URLSearchParams({ conversation_id: formatId(conversation.id) });
  const url = `${serverUrl}/v3/chat?${query}`;
  const body = { ...subject(asked), stream: true, additional_messages: [message(asked)] };
  return [
    { family, label: "curl", language: "sh", code: curlCommand(url, TOKEN, body) },
    { family, label: "@coze/api", language: "ts", code: typescript(asked) },
    { family, label: "cozepy", language: "python", code: python(asked) },
  ];
}

function subject({ agent, userId }: AskedQuestion) {
  return { bot_id: formatId(agent.id), user_id: userId };
}

function message({ question: { text, attachments } }: AskedQuestion) {
  if (attachments.length === 0) return { role: "user", content: text, content_type: "text" };
  return { role: "user", content: JSON.stringify(parts(text, attachments)), content_type: "object_string" };
}

/** Source: spec page §5, object strings. */
function parts(text: string, attachments: readonly Attachment[]) {
  return [
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...attachments.map(({ kind = "file", fileId, url }) => ({
      type: kind,
      ...(fileId === undefined ? { file_url: url } : { file_id: formatId(fileId) }),
    })),
  ];
}

function typescript(asked: AskedQuestion): string {
  const chat: Json = {
    ...subject(asked),
    conversation_id: formatId(asked.conversation.id),
    additional_messages: [message(asked)],
  };
  const typed = jsonText(chat).replace('"role": "user"', '"role": RoleType.User');
  return `import { ChatEventType, CozeAPI, RoleType } from "@coze/api";

const client = new CozeAPI({
  baseURL: ${JSON.stringify(asked.serverUrl)},
  token: process.env.COZE_API_TOKEN ?? "",
});
const stream = client.chat.stream(${typed});
for await (const event of stream) {
  if (event.event === ChatEventType.CONVERSATION_MESSAGE_DELTA) process.stdout.write(event.data.content);
}
`;
}

function python(asked: AskedQuestion): string {
  const { serverUrl, conversation, question } = asked;
  const { bot_id: botId, user_id: userId } = subject(asked);
  return `import os

from cozepy import ChatEventType, Coze, Message, MessageObjectString, TokenAuth

coze = Coze(auth=TokenAuth(token=os.environ["COZE_API_TOKEN"]), base_url=${pythonText(serverUrl)})
stream = coze.chat.stream(
    bot_id=${pythonText(botId)},
    user_id=${pythonText(userId)},
    conversation_id=${pythonText(formatId(conversation.id))},
    additional_messages=[
        ${pythonMessage(question)},
    ],
)
for event in stream:
    if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA:
        print(event.message.content, end="", flush=True)
`;
}

function pythonMessage({ text, attachments }: AskedQuestion["question"]): string {
  if (attachments.length === 0) return `Message.build_user_question_text(${pythonText(text)})`;
  const objects = [
    ...(text === "" ? [] : [`MessageObjectString.build_text(${pythonText(text)})`]),
    ...attachments.map(({ kind = "file", fileId, url }) => {
      const source =
        fileId === undefined ? `file_url=${pythonText(url)}` : `file_id=${pythonText(formatId(fileId))}`;
      return `MessageObjectString.build_${kind}(${source})`;
    }),
  ];
  return `Message.build_user_question_objects([${objects.join(", ")}])`;
}
