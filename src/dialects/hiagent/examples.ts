import type { ApiExample, AskedQuestion } from "../../domain/api-example.ts";
import { curlCommand, type Json, jsonText, pythonText } from "../../http/program-text.ts";
import { formatXid } from "./ids.ts";

const family = "hiagent";
/** Where the clients of this family look for it. */
const PATH = "/api/proxy/api/v1/chat_query_v2";

/** How the question is asked over this family: one action of the application API, in the same conversation. */
export function hiagentExamples(asked: AskedQuestion): ApiExample[] {
  if (asked.agent.kind !== "chat") return [];
  const url = `${asked.serverUrl}${PATH}`;
  const body = bodyOf(asked);
  return [
    { family, label: "curl", language: "sh", code: curlCommand(url, { Apikey: "$HIAGENT_APP_KEY" }, body) },
    { family, label: "fetch", language: "ts", code: typescript(url, body) },
    { family, label: "requests", language: "python", code: python(url, body) },
  ];
}

function bodyOf({ conversation, userId, question }: AskedQuestion): Json {
  const files = question.attachments.map(({ name, url, path, sizeBytes }) => ({
    Name: name,
    Url: url,
    Path: path,
    Size: sizeBytes,
  }));
  return {
    UserID: userId,
    AppConversationID: formatXid("conversation", conversation.id),
    Query: question.text,
    ...(files.length > 0 && { QueryExtends: { Files: files } }),
    ResponseMode: "blocking",
  };
}

function typescript(url: string, body: Json): string {
  return `const response = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: { Apikey: process.env.HIAGENT_APP_KEY ?? "", "Content-Type": "application/json" },
  body: JSON.stringify(${jsonText(body, 1)}),
});
if (!response.ok) throw new Error(await response.text());
const { answer } = await response.json();
console.log(answer);
`;
}

function python(url: string, body: Json): string {
  return `import os

import requests

response = requests.post(
    ${JSON.stringify(url)},
    headers={"Apikey": os.environ["HIAGENT_APP_KEY"]},
    json=${pythonText(body, 1)},
)
response.raise_for_status()
print(response.json()["answer"])
`;
}
