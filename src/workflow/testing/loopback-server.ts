import { createServer, type IncomingHttpHeaders } from "node:http";

/** A request that arrived. */
export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Its client closed the connection before the answer. */
  isAborted: boolean;
}

export interface ServerReply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A real HTTP server on the loopback address, and what it was asked. */
export interface LoopbackServer {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  close(): Promise<void>;
}

/** `reply`: undefined leaves the request without an answer. */
export async function startLoopbackServer(
  reply: (request: ReceivedRequest) => ServerReply | undefined,
): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = "", url = "", headers } = incoming;
    const body = Buffer.concat(chunks).toString("utf8");
    const request = { method, url, headers, body, isAborted: false };
    response.once("close", () => {
      request.isAborted = !response.writableFinished;
    });
    requests.push(request);
    const answer = reply(request);
    if (answer === undefined) return;
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
