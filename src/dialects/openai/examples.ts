import type { ApiExample, AskedQuestion } from "../../domain/api-example.ts";
import type { HistoryItem } from "../../domain/conversation.ts";
import { curlCommand, type Json, jsonText, pythonText } from "../../http/program-text.ts";

const family = "openai";

/** How the question is asked over this family, which keeps nothing: with what was said before. */
export function openAiExamples(asked: AskedQuestion): ApiExample[] {
  const { serverUrl, agent, userId, question, history } = asked;
  if (agent.kind !== "chat") return [];
  const base = `${serverUrl}/v1`;
  const messages = [...history, { role: "user" as const, ...question }].map(messageOf);
  const body = { model: agent.slug, messages, user: userId };
  const headers = { Authorization: "Bearer $OPENAI_API_KEY" };
  return [
    { family, label: "curl", language: "sh", code: curlCommand(`${base}/chat/completions`, headers, body) },
    { family, label: "openai", language: "ts", code: typescript(base, body) },
    { family, label: "openai", language: "python", code: python(base, body) },
  ];
}

/** Of files only pictures are known here; others are told by their addresses. */
function messageOf({ role, text, attachments }: HistoryItem): Json {
  const pictures =
    role === "user" ? attachments.filter(({ kind, url }) => kind === "image" && url !== "") : [];
  const others = attachments.filter((attachment) => !pictures.includes(attachment));
  const words = [text, ...others.map(({ url, name }) => (url === "" ? name : url))]
    .filter((line) => line !== "")
    .join("\n");
  if (pictures.length === 0) return { role, content: words };
  return {
    role,
    content: [
      ...(words === "" ? [] : [{ type: "text", text: words }]),
      ...pictures.map(({ url }) => ({ type: "image_url", image_url: { url } })),
    ],
  };
}

function typescript(base: string, body: Json): string {
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(base)}, apiKey: process.env.OPENAI_API_KEY });
const completion = await client.chat.completions.create(${jsonText(body)});
console.log(completion.choices[0]?.message.content);
`;
}

function python(
  base: string,
  { model, messages, user }: { model: string; messages: Json; user: string },
): string {
  return `import os

from openai import OpenAI

client = OpenAI(base_url=${pythonText(base)}, api_key=os.environ["OPENAI_API_KEY"])
completion = client.chat.completions.create(
    model=${pythonText(model)},
    messages=${pythonText(messages, 1)},
    user=${pythonText(user)},
)
print(completion.choices[0].message.content)
`;
}
