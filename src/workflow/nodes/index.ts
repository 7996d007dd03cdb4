import type { NodeKind } from "../node-kind.ts";
import { aggregateNode } from "./aggregate.ts";
import { batchNode } from "./batch.ts";
import { breakNode } from "./break.ts";
import { codeNode } from "./code.ts";
import { commentNode } from "./comment.ts";
import { conditionNode } from "./condition.ts";
import { delayNode } from "./delay.ts";
import { emitEventNode } from "./emit-event.ts";
import { endNode } from "./end.ts";
import { handoverNode } from "./handover.ts";
import { httpNode } from "./http.ts";
import { inputNode } from "./input.ts";
import { intentNode } from "./intent.ts";
import { inviteRoomNode } from "./invite-room.ts";
import { knowledgeNode } from "./knowledge.ts";
import { llmNode } from "./llm.ts";
import { loopNode } from "./loop.ts";
import { messageNode } from "./message.ts";
import { questionNode } from "./question.ts";
import { sendAudioMessageNode } from "./send-audio-message.ts";
import { sendFileMessageNode } from "./send-file-message.ts";
import { sendImageMessageNode } from "./send-image-message.ts";
import { sendPostMessageNode } from "./send-post-message.ts";
import { sendTextMessageNode } from "./send-text-message.ts";
import { startNode } from "./start.ts";
import { tagUserNode } from "./tag-user.ts";
import { textNode } from "./text.ts";
import { toolNode } from "./tool.ts";
import { triggerNode } from "./trigger.ts";
import { updateDataNode } from "./update-data.ts";
import { variableGetNode } from "./variable-get.ts";
import { variableSetNode } from "./variable-set.ts";
import { workflowNode } from "./workflow.ts";

/** Every kind of node, in the order that people read about them. */
export const NODE_KINDS: readonly NodeKind[] = [
  startNode,
  triggerNode,
  messageNode,
  endNode,
  llmNode,
  knowledgeNode,
  intentNode,
  conditionNode,
  loopNode,
  batchNode,
  breakNode,
  aggregateNode,
  workflowNode,
  delayNode,
  textNode,
  variableGetNode,
  variableSetNode,
  codeNode,
  httpNode,
  toolNode,
  questionNode,
  inputNode,
  sendTextMessageNode,
  sendPostMessageNode,
  sendFileMessageNode,
  sendImageMessageNode,
  sendAudioMessageNode,
  tagUserNode,
  inviteRoomNode,
  updateDataNode,
  handoverNode,
  emitEventNode,
  commentNode,
];

const BY_TYPE = new Map(NODE_KINDS.map((kind) => [kind.type, kind]));

/** The kind of this name. Undefined: there is none. */
export function nodeKind(type: string): NodeKind | undefined {
  return BY_TYPE.get(type);
}
