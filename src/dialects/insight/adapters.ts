import { z } from "zod";
import type { Acceptance } from "../../chat/triggers.ts";
import { isMessage, type Trigger } from "../../domain/trigger.ts";
import { parseJson } from "../../http/body.ts";
import type { Adapter } from "./adapter-door.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, signedEndpoint } from "./endpoint.ts";
import { presentExecution } from "./executions.ts";
import { formatUuid } from "./ids.ts";
import { wireTriggerEvent } from "./read-trigger.ts";
import { openSession } from "./sessions.ts";
import { readInput, wireBotId } from "./wire.ts";

const MAX_BODY_BYTES = 512 * 1024;
/** How long a request is recognised when it comes again. */
const REPEAT_MS = 24 * 3_600_000;

const triggerBody = z.object({ botId: wireBotId, triggerEvent: wireTriggerEvent });

/** How programs that connect IM systems tell what happens there. Source: spec page of Insight §14.1; ours in form. */
export const adapterEndpoints: Endpoint[] = [
  signedEndpoint({
    route: "POST /adapters/:endpointId/triggers",
    section: "§14.1",
    summary: "What happened in an IM system; signed with the endpoint's own secret.",
    maxBodyBytes: MAX_BODY_BYTES,
    async run({ services, params, body: bytes, call }) {
      const { headers } = call;
      const adapter = await services.adapters.authenticate(params["endpointId"] ?? "", {
        headers,
        body: bytes,
      });
      const { botId, triggerEvent } = readInput(triggerBody, parseJson(bytes));
      const agent = await callableAgent(services.store, keyOf(adapter), botId);
      const { trigger, sessionId, isOwn, history } = triggerEvent;
      const contactId = contactOf(trigger);
      const conversation = await openSession(services, agent, { sessionId, contactId });
      const acceptance = await services.triggers.receive({
        ...{ agent, conversation, trigger, isOwn, history },
        source: "adapter",
        adapterId: adapter.endpoint.id,
        key: {
          scope: `adapter:${adapter.endpoint.id}`,
          key: adapter.webhookId,
          expiresAt: new Date(Date.now() + REPEAT_MS),
        },
      });
      return { data: present(acceptance) };
    },
  }),
];

/** What the adapter may reach, in the form of an access key. */
function keyOf({ endpoint: { agentIds }, workspaceId }: Adapter) {
  return { workspaceId, ...(agentIds.length > 0 && { agentIds }) };
}

/** Whose a new session is: of a private chat, who is at its other end. */
function contactOf(trigger: Trigger): string | undefined {
  if (isMessage(trigger)) return trigger.payload.roomId === undefined ? trigger.payload.contactId : undefined;
  return trigger.type === "join-room" ? undefined : trigger.payload.contactId;
}

function present(acceptance: Acceptance) {
  const repeated = acceptance.isRepeated && { isRepeated: true };
  if ("record" in acceptance) return { ...presentExecution(acceptance.record), ...repeated };
  return { status: "stored", messageId: formatUuid("message", acceptance.messageId), ...repeated };
}
