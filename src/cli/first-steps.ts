/**
 * Three commands for a POSIX shell that show what the server does, to be pasted one after another: create a
 * conversation, stream an answer, stop the newest one.
 */
export function firstSteps(url: string, appKey: string): string[] {
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
  ];
}
