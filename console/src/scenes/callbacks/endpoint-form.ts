import type { Endpoint, EndpointSettings } from "./data.ts";

/** An endpoint as a person writes it down. */
export interface EndpointFields {
  kind: "standard" | "insight";
  name: string;
  url: string;
  eventTypes: string[];
  agentIds: string[];
  ratings: ("like" | "dislike" | "none")[];
  historyLimit: number;
  isStrict: boolean;
  /** One a line. Empty: as they are. */
  headers: string;
  timeoutMs: number | null;
  maxInFlight: number | null;
  ratePerSecond: number | null;
  isOrdered: boolean;
  isCoalescing: boolean;
  isAsymmetric: boolean;
  /** Seconds with commas between them. Empty: the standard schedule. */
  retries: string;
}

const HEADER_LINE = /^([^:\s]+):\s*(.*)$/;
const RETRIES = /^\s*\d+\s*([,，]\s*\d+\s*)*$/;

export const areHeaders = (text: string): boolean => linesOf(text).every((line) => HEADER_LINE.test(line));
export const areRetries = (text: string): boolean => text.trim() === "" || RETRIES.test(text);

export function fieldsOf(endpoint: Endpoint | undefined): EndpointFields {
  const feedback = endpoint?.feedback;
  return {
    kind: endpoint?.kind === "insight" ? "insight" : "standard",
    name: endpoint?.name ?? "",
    url: endpoint?.url ?? "",
    eventTypes: endpoint?.eventTypes ?? [],
    agentIds: endpoint?.agentIds ?? [],
    ratings: feedback?.ratings ?? ["like", "dislike", "none"],
    historyLimit: feedback?.historyLimit ?? 50,
    isStrict: feedback?.isStrict ?? true,
    headers: "",
    timeoutMs: endpoint?.timeoutMs ?? null,
    maxInFlight: endpoint?.maxInFlight ?? null,
    ratePerSecond: endpoint?.ratePerSecond ?? null,
    isOrdered: endpoint?.isOrdered ?? false,
    isCoalescing: endpoint?.isCoalescing ?? true,
    isAsymmetric: endpoint?.isAsymmetric ?? false,
    retries: endpoint?.retryDelaysMs?.map((delay) => delay / 1_000).join(", ") ?? "",
  };
}

/** What the server is told; of what belongs to the other kind nothing. */
export function settingsOf(fields: EndpointFields): EndpointSettings & { name: string } {
  const { name, url, agentIds, headers, timeoutMs, maxInFlight, ratePerSecond } = fields;
  const shared = {
    name,
    url,
    agentIds,
    timeoutMs,
    maxInFlight,
    ratePerSecond,
    retryDelaysMs: retriesOf(fields.retries),
    ...(headers.trim() !== "" && { headers: headersOf(headers) }),
  };
  if (fields.kind === "insight") {
    const { ratings, historyLimit, isStrict, isCoalescing } = fields;
    return { ...shared, isCoalescing, feedback: { ratings, historyLimit, isStrict } };
  }
  const { eventTypes, isOrdered, isAsymmetric } = fields;
  return { ...shared, eventTypes, isOrdered, isAsymmetric };
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).flatMap((line) => {
      const [, name, value = ""] = HEADER_LINE.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

function linesOf(text: string): string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

function retriesOf(text: string): number[] | null {
  if (text.trim() === "") return null;
  return text.split(/[,，]/).map((part) => Number(part) * 1_000);
}
