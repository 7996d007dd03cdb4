import type { HttpTool } from "../domain/agent.ts";
import type { Outbound } from "./outbound.ts";
import { OutboundError } from "./outbound-error.ts";

/** Longest tool result handed to the model, in UTF-16 units; the rest is cut and said to be cut. */
const OBSERVATION_LIMIT = 16_000;

const RESPONSE_LIMIT_BYTES = 1 << 20;

/**
 * Calls a tool for a model. Resolves with the text for the model, whatever the status; rejects with what the outbound
 * client says.
 */
export async function callHttpTool(
  outbound: Pick<Outbound, "request">,
  tool: HttpTool,
  input: Record<string, unknown>,
  signal: AbortSignal,
): Promise<string> {
  const { status, text } = await requestHttpTool(outbound, tool, input, { signal });
  const clipped = clipObservation(text);
  return isSuccess(status) ? clipped : `HTTP ${status}: ${clipped}`;
}

/** As much of what a tool says as a model is told. */
export function clipObservation(text: string): string {
  return text.length > OBSERVATION_LIMIT ? `${text.slice(0, OBSERVATION_LIMIT).toWellFormed()}… (cut)` : text;
}

/** Whether the other side did what it was asked for. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Calls a tool that is described in configuration. Arguments fill the places of the address first; what is left
 * goes to the query (GET, DELETE) or the JSON body. `headers` give way to the tool's own. Resolves whatever the status;
 * rejects with what the outbound client says.
 */
export async function requestHttpTool(
  outbound: Pick<Outbound, "request">,
  tool: HttpTool,
  input: Record<string, unknown>,
  { signal, headers }: { signal: AbortSignal; headers?: Record<string, string> },
): Promise<{ status: number; text: string }> {
  const { url, rest } = fillAddress(tool.url, input);
  const hasBody = tool.method !== "GET" && tool.method !== "DELETE";
  if (!hasBody) {
    for (const [name, value] of Object.entries(rest)) url.searchParams.set(name, plain(value));
  }
  const response = await outbound.request({
    method: tool.method,
    url: url.href,
    headers: {
      accept: "application/json, text/plain;q=0.9, */*;q=0.1",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...headers,
      ...tool.headers,
    },
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    timeoutMs: tool.timeoutMs,
    maxResponseBytes: RESPONSE_LIMIT_BYTES,
    maxRedirects: 0,
    signal,
  });
  return { status: response.status, text: response.body.toString("utf8") };
}

/**
 * Replaces `{name}` places, URL-encoded, so that an argument can change neither host nor path structure. Places
 * without an argument are left empty.
 */
function fillAddress(
  template: string,
  input: Record<string, unknown>,
): { url: URL; rest: Record<string, unknown> } {
  const rest = { ...input };
  const address = template.replace(/\{([A-Za-z0-9_-]+)\}/g, (_, name: string) => {
    if (!Object.hasOwn(input, name)) return "";
    delete rest[name];
    return encodePlace(plain(input[name]));
  });
  const url = URL.parse(address);
  if (url === null) throw new OutboundError("bad_url", "the arguments make no valid address");
  return { url, rest };
}

/** A value as it may stand in an address: it ends no part of it, and is no way up. */
export function encodePlace(value: string): string {
  const encoded = encodeURIComponent(value.toWellFormed());
  return /^\.{1,2}$/.test(encoded) ? encoded.replaceAll(".", "%252E") : encoded;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
