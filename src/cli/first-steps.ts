import type { Demo } from "../demo/demo.ts";

/**
 * Commands for a POSIX shell that show what the server does, to be pasted one after another: create a
 * conversation, stream an answer, stop the newest one; ask the same agent as an SDK of Coze does.
 */
export function firstSteps(url: string, { agentId, appKey, token }: Demo): string[] {
  const call = (action: string, fields: string) =>
    `curl -sN ${url}/${action} -H 'Apikey: ${appKey}' -d "{\\"UserID\\":\\"u1\\"${fields}}"`;
  const conversation = ',\\"AppConversationID\\":\\"$C\\"';
  const firstMatch = (field: string) => `grep -o '"${field}":"[^"]*"' | head -1 | cut -d'"' -f4`;
  return [
    "# create a conversation",
    `C=$(${call("create_conversation", "")} | ${firstMatch("AppConversationID")}); echo "$C"`,
    "# stream an answer",
    call("chat_query_v2", `${conversation},\\"Query\\":\\"How does streaming work?\\"`),
    "# stop the newest answer (from another terminal while it runs: set C there too)",
    `M=$(${call("get_conversation_messages", `${conversation},\\"Limit\\":1`)} | ${firstMatch("MessageID")}); ` +
      call("stop_message", ',\\"MessageID\\":\\"$M\\"'),
    ...(token === undefined
      ? []
      : ["# ask through the Coze Open API", cozeChat(url, String(agentId), token)]),
  ];
}

function cozeChat(url: string, botId: string, token: string): string {
  const question = { role: "user", content_type: "text", content: "How does streaming work?" };
  const body = { bot_id: botId, user_id: "u1", stream: true, additional_messages: [question] };
  return `curl -sN ${url}/v3/chat -H 'Authorization: Bearer ${token}' -d '${JSON.stringify(body)}'`;
}
