import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";

export interface RawReply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; fails when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
}

/** One HTTP request exactly as given: any method with any bytes as its body, which `fetch` refuses to send. */
export async function rawCall(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawReply> {
  const { method = "POST", headers = {}, body } = options;
  const outgoing = request(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, "response");
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    text,
    get body() {
      return JSON.parse(text);
    },
  };
}

/** POSTs JSON. */
export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<RawReply> {
  return rawCall(url, {
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}
