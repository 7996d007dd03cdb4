import type { ApiExample, AskedQuestion } from "../../domain/api-example.ts";
import { curlCommand, type Json, jsonText, pythonText } from "../../http/program-text.ts";
import { botIdOf } from "./callable-agent.ts";
import { sessionIdOf } from "./sessions.ts";

const family = "insight";
const PREFIX = "/openapi";

/** How the question is asked over this family: a message of the same session. */
export function insightExamples(asked: AskedQuestion): ApiExample[] {
  if (asked.agent.kind !== "chat") return [];
  const base = `${asked.serverUrl}${PREFIX}`;
  const body: Json = {
    botId: botIdOf(asked.agent.id),
    sessionId: sessionIdOf(asked.conversation),
    message: messageOf(asked.question),
  };
  return [
    { family, label: "curl", language: "sh", code: curl(base, body) },
    { family, label: "fetch", language: "ts", code: typescript(base, body) },
    { family, label: "requests", language: "python", code: python(base, body) },
  ];
}

/** A message carries one file at most: several are told by their addresses. */
function messageOf({ text, attachments }: AskedQuestion["question"]): Json {
  const [first] = attachments;
  if (first === undefined) return text;
  const { kind = "file", url, name } = first;
  if (attachments.length === 1 && url !== "") {
    if (kind === "image") return { type: "image", imageUrl: url, ...(text !== "" && { text }) };
    if (kind === "audio" && text === "") return { type: "audio", audioUrl: url };
    if (text === "") return { type: "file", fileUrl: url, ...(name !== "" && { fileName: name }) };
  }
  const addresses = attachments.map((one) => (one.url === "" ? one.name : one.url));
  return [text, ...addresses].filter((line) => line !== "").join("\n");
}

function curl(base: string, body: Json): string {
  return curlCommand(`${base}/bot/message`, { Authorization: "Bearer $INSIGHT_ACCESS_TOKEN" }, body);
}

function typescript(base: string, body: Json): string {
  return `const post = async (path: string, body: object, headers = {}) => {
  const response = await fetch(\`${base}\${path}\`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(reply));
  return reply.data;
};

const { accessToken } = await post("/get-access-token", {
  accessKeyId: process.env.INSIGHT_ACCESS_KEY_ID,
  accessKeySecret: process.env.INSIGHT_ACCESS_KEY_SECRET,
});
const reply = await post(
  "/bot/message",
  ${jsonText(body, 1)},
  { Authorization: \`Bearer \${accessToken}\` },
);
console.log(reply);
`;
}

function python(base: string, body: Json): string {
  return `import os

import requests


def post(path, body, headers=None):
    response = requests.post(${JSON.stringify(base)} + path, json=body, headers=headers)
    response.raise_for_status()
    return response.json()["data"]


token = post(
    "/get-access-token",
    {
        "accessKeyId": os.environ["INSIGHT_ACCESS_KEY_ID"],
        "accessKeySecret": os.environ["INSIGHT_ACCESS_KEY_SECRET"],
    },
)["accessToken"]
reply = post(
    "/bot/message",
    ${pythonText(body, 1)},
    {"Authorization": f"Bearer {token}"},
)
print(reply)
`;
}
