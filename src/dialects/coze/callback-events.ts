import type { EndpointKind } from "../../domain/endpoint.ts";
import type { EventType } from "../../domain/event.ts";

/** The kinds of endpoint that are callback apps. */
export type AppKind = Extract<EndpointKind, "coze" | "coze-channel">;

/** A type of event that callback apps can subscribe to. */
export interface CallbackEvent {
  /** As callers write it. */
  name: string;
  /** As lists of subscriptions show it. */
  description: string;
  /** What it is told of, by kind of app. Absent: such apps cannot subscribe to it. */
  tells: Partial<Record<AppKind, EventType>>;
  timeoutMs: number;
}

const SHORT_TIMEOUT_MS = 3_000;

/**
 * The closed list. A channel's app is asked about what is submitted to its channel; an ordinary app is told of what is
 * live. Nothing here ever causes the events of plugins. Source: spec page of the callbacks §1; the description of
 * `bot.deleted` §2, the others are ours.
 */
export const CALLBACK_EVENTS: readonly CallbackEvent[] = [
  {
    name: "bot.published",
    description: "智能体已发布",
    tells: { coze: "agent.published", "coze-channel": "agent.submitted" },
    timeoutMs: 10_000,
  },
  {
    name: "bot.deleted",
    description: "智能体已被所有者删除",
    tells: { coze: "agent.deleted", "coze-channel": "agent.deleted" },
    timeoutMs: SHORT_TIMEOUT_MS,
  },
  {
    name: "bot.unpublished",
    description: "智能体已从渠道下架",
    tells: { coze: "agent.unpublished", "coze-channel": "agent.unpublished" },
    timeoutMs: SHORT_TIMEOUT_MS,
  },
  {
    name: "benefit.usage",
    description: "账单推送",
    tells: { coze: "usage.recorded", "coze-channel": "usage.recorded" },
    timeoutMs: SHORT_TIMEOUT_MS,
  },
  {
    name: "benefit.plugin.scale.requested",
    description: "用户申请插件扩容",
    tells: { coze: "plugin.scale-requested" },
    timeoutMs: SHORT_TIMEOUT_MS,
  },
  {
    name: "benefit.plugin.scale.expired",
    description: "插件扩容已到期",
    tells: { coze: "plugin.scale-expired" },
    timeoutMs: SHORT_TIMEOUT_MS,
  },
];

/** What callers call an event that apps of the kind are told of. */
export function callbackEventOf(kind: AppKind, type: EventType): CallbackEvent | undefined {
  return CALLBACK_EVENTS.find(({ tells }) => tells[kind] === type);
}
