import { z } from "zod";
import { hasPermission } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { BUILT_IN_CHANNELS } from "../../domain/channel.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import { type ChannelTarget, publishToChannels } from "../../publish/submissions.ts";
import { type UnpublishRight, unpublishFrom } from "../../publish/unpublish.ts";
import { API_CONNECTOR_ID, channelOf } from "./channels.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { idOf, wireConnectorId, wireId, wireText } from "./wire.ts";

// Source: spec page §3; spec page of the callbacks §4.1.
const section = "§3";

/** Our own name for publishing and unpublishing, which tokens may carry. */
const PUBLISH_BOT = "publishBot";
const DISCONNECT_BOT = "disconnectBot";
const DISCONNECT_FROM_CHANNEL = "Connector.disconnectBot";

const OPTION_LIMIT = 10_000;

const connectorId = wireConnectorId.refine((id) => /^\d+$/.test(id), { error: "must be a connector id" });

/** What publishers chose of a channel's options: by connector, then by key, as JSON texts. */
const choices = z.record(z.string(), z.record(wireText(200), wireText(OPTION_LIMIT))).optional();

const publishBot = endpoint({
  route: "POST /v1/bot/publish",
  section,
  permission: ["publish", PUBLISH_BOT],
  summary: "Make a version of the draft and hand it to channels; waits for the verdicts of their servers",
  body: {
    bot_id: wireId<AgentId>(),
    connector_ids: z.array(connectorId).min(1).max(50),
    connectors: choices,
  },
  async run({ services, caller, body: { bot_id: agentId, connector_ids, connectors = {} } }) {
    const channels = targets(connector_ids, connectors);
    const publishing = { agentId, channels, changelog: "" };
    const { version } = await publishToChannels(services.publishing, caller, publishing, new Date());
    return { data: { bot_id: formatId(agentId), version: String(version.number) } };
  },
});

const unpublishBot = endpoint({
  route: "POST /v1/bots/:bot_id/unpublish",
  section,
  permission: [DISCONNECT_BOT, DISCONNECT_FROM_CHANNEL, PUBLISH_BOT],
  summary: "Take an agent off a channel: its own people may, and the owner of the channel",
  body: { connector_id: connectorId, unpublish_reason: wireText(1024).optional() },
  async run({ services, caller, params, body: { connector_id, unpublish_reason: reason = "" } }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    const leaving = { agentId, channel: channelOf(connector_id), reason, rights: rightsOf(caller) };
    await unpublishFrom(services.publishing, caller, leaving, new Date());
    return { members: {} };
  },
});

export const publishEndpoints: Endpoint[] = [publishBot, unpublishBot];

/** Who publishes to a channel of somebody's own publishes to the API too. Source: spec page of the callbacks §4.1. */
function targets(
  connectorIds: readonly string[],
  connectors: Record<string, Record<string, string>>,
): ChannelTarget[] {
  const isCustom = (id: string) => !BUILT_IN_CHANNELS.some((channel) => channel === channelOf(id));
  if (connectorIds.some(isCustom) && !connectorIds.includes(API_CONNECTOR_ID)) {
    throw new DomainError("request_invalid", `must name ${API_CONNECTOR_ID} as well`, {
      field: "connector_ids",
    });
  }
  const stranger = Object.keys(connectors).find((id) => !connectorIds.includes(id));
  if (stranger !== undefined) {
    throw new DomainError("request_invalid", "is not among the connector_ids", {
      field: `connectors.${stranger}`,
    });
  }
  const chosen = new Map(Object.entries(connectors));
  return connectorIds.map((id) => ({ channel: channelOf(id), options: chosen.get(id) ?? {} }));
}

function rightsOf(caller: TokenCaller): UnpublishRight[] {
  const isForAgents = [DISCONNECT_BOT, PUBLISH_BOT].some((name) => hasPermission(caller, name));
  const isForChannels = hasPermission(caller, DISCONNECT_FROM_CHANNEL);
  return [...(isForAgents ? ["agent" as const] : []), ...(isForChannels ? ["channel" as const] : [])];
}
