import { BUILT_IN_CHANNELS } from "../../domain/channel.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { AgentEventData, Fact, ProductEvent } from "../../domain/event.ts";
import type { EndpointId, EventId } from "../../domain/ids.ts";
import { type AppKind, callbackEventOf } from "./callback-events.ts";
import { connectorIdOf } from "./channels.ts";
import { formatId } from "./ids.ts";
import { modelIdOf } from "./models.ts";
import { optionalId } from "./present-bot.ts";

/** How ids of users and agents are written in `user_id_str` and `bot_id_str`. */
export interface BodyOptions {
  /** True: as numbers, as the reference's table has them; its field names, and we, say strings. */
  numericIds: boolean;
}

type Members = Record<string, unknown>;

/**
 * What an app is told of an event: `{header, event}` as compact JSON. Undefined: it is not told. Ids are below 2^53,
 * so the numbers beside the strings are exact. Source: spec page of the callbacks §3.4 and §5; the bodies of
 * `bot.deleted` and `bot.unpublished` are inferred there.
 */
export function callbackBody(
  event: ProductEvent,
  endpoint: Pick<Endpoint, "id" | "channel"> & { kind: AppKind },
  options: BodyOptions,
): { wireId: string; text: string } | undefined {
  const type = callbackEventOf(endpoint.kind, event.type);
  const members = eventMembers(event, endpoint, options);
  if (type === undefined || members === undefined) return undefined;
  const wireId = callbackEventId(event.id, endpoint.id);
  const header = {
    event_type: type.name,
    event_id: wireId,
    created_at: event.at.getTime(),
    ...accountMembers(event),
    api_app_id: formatId(endpoint.id),
    ...(endpoint.channel === undefined ? {} : { connector_id: connectorIdOf(endpoint.channel) }),
  };
  return { wireId, text: JSON.stringify({ header, event: members }) };
}

/**
 * What an app knows an event by: `<uuid>-<api_app_id>`. The UUID begins with the event's id in hexadecimal, so it is
 * the same in every attempt and replay. Source: spec page of the callbacks §3.4.
 */
function callbackEventId(eventId: EventId, appId: EndpointId): string {
  const hex = eventId.toString(16).padStart(14, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-80${hex.slice(12)}-8000-000000000000-${formatId(appId)}`;
}

/** The documented bill has no account in its header: the body says who is charged. */
function accountMembers({ type, data }: ProductEvent): Members {
  if (type === "usage.recorded") return {};
  return { coze_account_id: "accountId" in data ? optionalId(data.accountId) : "" };
}

function eventMembers(
  event: ProductEvent,
  app: Pick<Endpoint, "channel"> & { kind: AppKind },
  options: BodyOptions,
): Members | undefined {
  switch (event.type) {
    case "agent.submitted":
    case "agent.published":
      return isTold(app, event.data.channel) ? agentMembers(event, event.data, app, options) : undefined;
    case "agent.unpublished": {
      const { channel, reason } = event.data;
      if (!isTold(app, channel)) return undefined;
      const left = { connector_id: connectorIdOf(channel), unpublish_reason: reason };
      return { ...agentMembers(event, event.data, app, options), ...left };
    }
    case "agent.deleted": {
      if (app.channel !== undefined && !event.data.channels.includes(app.channel)) return undefined;
      return agentMembers(event, event.data, app, options);
    }
    case "usage.recorded":
      return app.channel === undefined || app.channel === event.data.channel
        ? usageMembers(event)
        : undefined;
    default:
      return undefined;
  }
}

/** A channel's app hears of its channel only, an ordinary one only of channels that are not somebody's own. */
function isTold(app: Pick<Endpoint, "channel">, channel: string): boolean {
  if (app.channel !== undefined) return app.channel === channel;
  return BUILT_IN_CHANNELS.some((builtIn) => builtIn === channel);
}

function agentMembers(
  { workspaceId }: Pick<ProductEvent, "workspaceId">,
  data: Omit<AgentEventData, "channel">,
  app: Pick<Endpoint, "channel">,
  { numericIds }: BodyOptions,
): Members {
  const { agentId, actor, channelAccountId, versionNumber } = data;
  const account = channelAccountId === undefined ? {} : { connector_user_id: channelAccountId };
  const userId = actor?.userId ?? 0;
  return {
    user_id_str: numericIds ? userId : optionalId(actor?.userId),
    ...(app.channel === undefined ? { space_id: formatId(workspaceId) } : account),
    user_name: actor?.name ?? "",
    bot_id_str: numericIds ? agentId : formatId(agentId),
    bot_name: data.name,
    description: data.description,
    version: versionNumber === undefined ? "" : String(versionNumber),
    // As the official sample receivers read them.
    user_id: userId,
    bot_id: agentId,
  };
}

const ENTITY_AGENT = 1;
const RESOURCE_POINTS = 2;
const RESOURCE_MODEL = 1;
/** Digits after the point that a price can have before they are noise. */
const COST_DIGITS = 12;

/** One bill: what one turn used of a model. Source: spec page of the callbacks §5.3. */
function usageMembers({ id, at, workspaceId, data }: Fact<"usage.recorded"> & { id: EventId }): Members {
  const modelId = modelIdOf(data.model);
  return {
    id: formatId(id),
    consume_time: Math.floor(at.getTime() / 1_000),
    record_root_id: formatId(data.turnId),
    connector_id: connectorIdOf(data.channel),
    connector_uid: data.userId,
    device_id: "",
    custom_consumer: "",
    space_id: formatId(workspaceId),
    root_entity_type: ENTITY_AGENT,
    root_entity_id: formatId(data.agentId),
    change_balance: decimal(data.cost),
    balance_type: RESOURCE_POINTS,
    resource_type: RESOURCE_MODEL,
    resource_id: modelId,
    cost_account_id: optionalId(data.accountId),
    model_id: modelId,
    model_input_token: data.inputTokens,
    model_output_token: data.outputTokens,
  };
}

/** Without an exponent and without zeros at the end. */
function decimal(amount: number): string {
  return amount.toFixed(COST_DIGITS).replace(/\.?0+$/, "");
}
