import type { HttpTool } from "../domain/agent.ts";
import type { Outbound } from "./outbound.ts";

/** Longest tool result handed to the model, in UTF-16 units; the rest is cut and said to be cut. */
const OBSERVATION_LIMIT = 16_000;

/**
 * Calls a tool that is described in configuration. Arguments fill the places of the address first; what is left
 * goes to the query (GET, DELETE) or the JSON body. Resolves with the text for the model, whatever the status;
 * rejects with what the outbound client says.
 */
export async function callHttpTool(
  outbound: Pick<Outbound, "request">,
  tool: HttpTool,
  input: Record<string, unknown>,
  signal: AbortSignal,
): Promise<string> {
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
      ...tool.headers,
    },
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    timeoutMs: tool.timeoutMs,
    maxResponseBytes: 1 << 20,
    maxRedirects: 0,
    signal,
  });
  const text = response.body.toString("utf8");
  const clipped =
    text.length > OBSERVATION_LIMIT ? `${text.slice(0, OBSERVATION_LIMIT).toWellFormed()}… (cut)` : text;
  return response.status >= 200 && response.status < 300 ? clipped : `HTTP ${response.status}: ${clipped}`;
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
    const value = encodeURIComponent(plain(input[name]));
    return /^\.{1,2}$/.test(value) ? value.replaceAll(".", "%252E") : value;
  });
  const url = URL.parse(address);
  if (url === null) throw new Error("the arguments make no valid address");
  return { url, rest };
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
