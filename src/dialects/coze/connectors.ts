import { z } from "zod";
import type { TokenCaller } from "../../domain/access.ts";
import type { Verdict } from "../../domain/channel.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ChannelId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { decideForChannel } from "../../publish/audit.ts";
import { addOptions, installChannel } from "../../publish/channels.ts";
import { channelOf } from "./channels.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { idOf, wireId, wireInteger, wireText } from "./wire.ts";

// Source: spec page of the callbacks §4.1.
const section = "§13";

const REASON_LIMIT = 1_024;
const OPTION_TEXT_LIMIT = 200;

const auditStatus = wireInteger.refine((status) => status >= 1 && status <= 3, {
  error: "must be 1 (in review), 2 (approved) or 3 (rejected)",
});

const optionText = z
  .union([z.string(), z.number()], { error: "must be text" })
  .transform(String)
  .pipe(wireText(OPTION_TEXT_LIMIT));

const updateAudit = endpoint({
  route: "PUT /v1/connectors/:connector_id/bots/:bot_id",
  section,
  permission: "Connector.botUpdateProfile",
  summary: "Say what a channel decided about an agent that was published to it, with the channel's own token",
  body: { audit_status: auditStatus, reason: wireText(REASON_LIMIT).optional() },
  async run({ services, caller, params, body }) {
    const channel = channelOf(params["connector_id"] ?? "");
    requireChannelToken(caller, channel);
    const verdict = verdictOf(body.audit_status, body.reason);
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    await decideForChannel(services.publishing, caller, { agentId, channel, verdict }, new Date());
    return { members: {} };
  },
});

const install = endpoint({
  route: "POST /v1/connectors/:connector_id/install",
  section,
  permission: "installConnector",
  summary: "Let agents of a workspace be published to a channel of the caller's",
  body: { workspace_id: wireId<WorkspaceId>() },
  async run({ services, caller, params, body: { workspace_id: workspaceId } }) {
    const channelId = idOf<ChannelId>(params["connector_id"] ?? "");
    await installChannel(services, caller, { channelId, workspaceId }, new Date());
    return { members: {} };
  },
});

const bind = endpoint({
  route: "POST /v1/connectors/:connector_id/user_configs",
  section,
  permission: "bindConnectorConfig",
  summary: "Add what publishers choose from, such as devices; for one user or for all",
  body: {
    configs: z
      .array(
        z.object({
          key: optionText,
          enums: z.array(z.object({ label: optionText, value: optionText })).max(1_000),
        }),
      )
      .max(100),
    user_id: wireId<UserId>().optional(),
  },
  async run({ services, caller, params, body: { configs, user_id } }) {
    const channelId = idOf<ChannelId>(params["connector_id"] ?? "");
    const options = configs.map(({ key, enums }) => ({ key, values: enums }));
    const user = user_id === undefined ? {} : { userId: user_id };
    await addOptions(services, caller, { channelId, options, ...user });
    return { members: {} };
  },
});

export const connectorEndpoints: Endpoint[] = [updateAudit, install, bind];

/** Throws `permission_denied` unless the token is of an OAuth app of this channel: its owner's own will not do. */
function requireChannelToken({ token }: TokenCaller, channel: string): void {
  if (token.channelId !== undefined && formatId(token.channelId) === channel) return;
  throw new DomainError("permission_denied", "the token is not one of this channel's OAuth app");
}

function verdictOf(status: number, reason = ""): Verdict {
  if (status === 1) return { status: "auditing" };
  return status === 2 ? { status: "approved", shareLink: "" } : { status: "rejected", reason };
}
