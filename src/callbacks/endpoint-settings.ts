import type { Endpoint, EndpointKind } from "../domain/endpoint.ts";
import type { EventType } from "../domain/event.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import { addressProblem } from "../http/address-rules.ts";
import type { Repositories } from "../storage/store.ts";
import { EVENT_TYPES, isSubscribable } from "./events.ts";
import { checkFeedbackOptions, type GivenFeedbackOptions } from "./feedback-options.ts";
import { invalid } from "./invalid-setting.ts";

/** What whoever owns an endpoint decides about it, beside its address, its secrets and its state. */
export interface EndpointSettings {
  name: string;
  eventTypes: EventType[];
  /** Empty: all. */
  agentIds: AgentId[];
  /** Sent along with every attempt; may hold secrets. */
  headers: Record<string, string>;
  timeoutMs: number;
  maxInFlight: number;
  /** Absent: as fast as it takes them. */
  ratePerSecond?: number | undefined;
  isOrdered: boolean;
  /** What is not delivered yet gives way to what comes after it; only `insight`. */
  isCoalescing: boolean;
  /** Only `insight`. */
  feedback: GivenFeedbackOptions;
  /** Signed with the installation's own keys too; only `standard`. */
  isAsymmetric: boolean;
  /** Absent: the standard schedule. */
  retryDelaysMs?: number[] | undefined;
}

/** Those of the settings that somebody says something about. */
export type GivenSettings = { [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined };

export const DEFAULT_TIMEOUT_MS = 15_000;
export const DEFAULT_MAX_IN_FLIGHT = 4;
/** Source: spec page of Insight §2 and §7. */
const FEEDBACK_TIMEOUT_MS = 10_000;
const FEEDBACK_MAX_IN_FLIGHT = 8;
const FEEDBACK_PATH = "/v1/bot-message/feedback";

/** What an endpoint of this kind has where nobody says anything. */
export function defaultsOf(
  kind: EndpointKind,
): Pick<Endpoint, "timeoutMs" | "maxInFlight" | "isOrdered" | "isCoalescing" | "eventTypes"> {
  if (kind === "insight") {
    return {
      timeoutMs: FEEDBACK_TIMEOUT_MS,
      maxInFlight: FEEDBACK_MAX_IN_FLIGHT,
      isOrdered: true,
      isCoalescing: true,
      eventTypes: ["feedback.changed"],
    };
  }
  return {
    timeoutMs: DEFAULT_TIMEOUT_MS,
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
    isOrdered: kind !== "standard",
    isCoalescing: false,
    eventTypes: [],
  };
}

/** Limits of an endpoint's settings: what refusals and manuals name. */
const ENDPOINT_LIMITS = {
  nameLength: 128,
  urlLength: 2_048,
  agents: 100,
  headers: 20,
  headerNameLength: 128,
  headerValueLength: 4_096,
  timeoutMs: { from: 3_000, to: 30_000 },
  feedbackTimeoutMs: { from: 1_000, to: 30_000 },
  maxInFlight: { from: 1, to: 64 },
  ratePerSecond: { from: 1, to: 1_000 },
  retries: 20,
  retryDelayMs: { from: 1, to: 7 * 24 * 3_600_000 },
} as const;

/** Set by the client, or carrying what we sign. Source: spec page of the delivery §4.7. */
const OWN_HEADERS = new Set(["host", "content-length", "transfer-encoding", "connection", "content-type"]);
const OWN_HEADER_PREFIXES = ["webhook-", "x-coze-", "x-antiphon-"];
/** Source: spec page of Insight §2 and §4.1. */
const FEEDBACK_HEADER_PREFIXES = [...OWN_HEADER_PREFIXES, "content-", "x-feedback-", "x-delivery-"];
/** Source: RFC 9110 §5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Printable Latin letters and tabs: nothing that ends a line. Source: RFC 9110 §5.5. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Throws `request_invalid` naming the first setting that does not fit. Absent ones are not looked at. */
export function checkSettings({ kind }: Pick<Endpoint, "kind">, settings: GivenSettings): void {
  const { name, eventTypes, headers, agentIds, retryDelaysMs, isAsymmetric, ...others } = settings;
  const { isOrdered, isCoalescing, feedback, ...numbers } = others;
  if (name !== undefined) checkName(name);
  if (eventTypes !== undefined) checkEventTypes(kind, eventTypes);
  if (headers !== undefined) checkHeaders(kind, headers);
  if (agentIds !== undefined && agentIds.length > ENDPOINT_LIMITS.agents) {
    throw invalid("agentIds", `more than ${ENDPOINT_LIMITS.agents} agents`);
  }
  if (isAsymmetric === true && kind !== "standard") {
    throw invalid("isAsymmetric", "callback apps have a signature of their own");
  }
  if (isCoalescing === true && kind !== "insight") {
    throw invalid("isCoalescing", "is only for endpoints of the kind insight");
  }
  if (isOrdered === false && kind === "insight") {
    throw invalid("isOrdered", "changes of a rating always keep their order");
  }
  if (feedback !== undefined) checkFeedbackOptions(kind, feedback);
  const { timeoutMs, feedbackTimeoutMs } = ENDPOINT_LIMITS;
  checkRange("timeoutMs", numbers.timeoutMs, kind === "insight" ? feedbackTimeoutMs : timeoutMs);
  checkRange("maxInFlight", numbers.maxInFlight, ENDPOINT_LIMITS.maxInFlight);
  checkRange("ratePerSecond", numbers.ratePerSecond, ENDPOINT_LIMITS.ratePerSecond);
  if (retryDelaysMs === undefined) return;
  if (retryDelaysMs.length > ENDPOINT_LIMITS.retries) {
    throw invalid("retryDelaysMs", `more than ${ENDPOINT_LIMITS.retries} retries`);
  }
  for (const delay of retryDelaysMs) checkRange("retryDelaysMs", delay, ENDPOINT_LIMITS.retryDelayMs);
}

/**
 * The address in its usual spelling; one of the kind `insight` without a path gets the path of the feedback callback.
 * Throws `request_invalid` naming `url`. Whether it may be reached shows later.
 */
export function checkUrl(kind: EndpointKind, text: string): string {
  if (text.length > ENDPOINT_LIMITS.urlLength) {
    throw invalid("url", `longer than ${ENDPOINT_LIMITS.urlLength} characters`);
  }
  // The parser drops line breaks and tabs, and escapes other controls; nobody means such an address.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const url = /[\x00-\x20\x7f]/.test(text) ? null : URL.parse(text);
  if (url === null) throw invalid("url", "must be a whole address");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw invalid("url", "must be an https: address");
  const problem = addressProblem(url);
  if (problem !== undefined) throw invalid("url", problem);
  url.hash = "";
  // Source: spec page of Insight §2.
  if (kind === "insight" && url.pathname === "/") url.pathname = FEEDBACK_PATH;
  return url.href;
}

/** Rejects with `request_invalid` naming `agentIds` when one is not of the workspace. */
export async function checkAgents(
  { agents }: Pick<Repositories, "agents">,
  workspaceId: WorkspaceId,
  agentIds: readonly AgentId[],
): Promise<void> {
  for (const id of agentIds) {
    const agent = await agents.find(id);
    if (agent?.workspaceId !== workspaceId) throw invalid("agentIds", `no agent ${id} in this workspace`);
  }
}

function checkName(name: string): void {
  const { length } = [...name];
  if (name.trim() === "" || length > ENDPOINT_LIMITS.nameLength) {
    throw invalid("name", `must be 1 to ${ENDPOINT_LIMITS.nameLength} characters`);
  }
}

function checkEventTypes(kind: Endpoint["kind"], eventTypes: readonly EventType[]): void {
  const unknown = eventTypes.find((type) => !EVENT_TYPES.includes(type));
  if (unknown !== undefined) throw invalid("eventTypes", `unknown event type ${unknown}`);
  const closed = kind === "standard" ? eventTypes.find((type) => !isSubscribable(type)) : undefined;
  const isFeedback = eventTypes.length > 0 && eventTypes.every((type) => type === "feedback.changed");
  if (kind === "insight" && !isFeedback) {
    throw invalid("eventTypes", "endpoints of the kind insight get feedback.changed");
  }
  if (closed !== undefined) throw invalid("eventTypes", `nobody can subscribe to ${closed}`);
}

function checkHeaders(kind: EndpointKind, headers: Record<string, string>): void {
  const ownPrefixes = kind === "insight" ? FEEDBACK_HEADER_PREFIXES : OWN_HEADER_PREFIXES;
  const entries = Object.entries(headers);
  const { headers: most, headerNameLength, headerValueLength } = ENDPOINT_LIMITS;
  if (entries.length > most) throw invalid("headers", `more than ${most} headers`);
  for (const [name, value] of entries) {
    const field = `headers.${name.slice(0, headerNameLength)}`;
    if (!HEADER_NAME.test(name) || name.length > headerNameLength) {
      throw invalid("headers", `${JSON.stringify(name.slice(0, headerNameLength))} is no name of a header`);
    }
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower) || ownPrefixes.some((prefix) => lower.startsWith(prefix))) {
      throw invalid(field, "is set by the server itself");
    }
    if (!HEADER_VALUE.test(value)) throw invalid(field, "must be one line of printable Latin letters");
    if (value.length > headerValueLength) throw invalid(field, `longer than ${headerValueLength} characters`);
  }
}

function checkRange(
  field: string,
  value: number | undefined,
  { from, to }: { from: number; to: number },
): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw invalid(field, `must be a whole number from ${from} to ${to}`);
}
