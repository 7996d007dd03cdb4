import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as bodyText } from "node:stream/consumers";

interface VendorRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Its client closed the connection before the answer was complete. */
  isClosed: boolean;
}

export interface Vendor {
  url: string;
  /** Oldest first. */
  requests: VendorRequest[];
  close(): Promise<void>;
}

/** How a vendor's server answers one request; it is left open where the answer is not ended. */
export type VendorAnswer = (response: ServerResponse) => void;

/** A server of ours in place of the vendor's. Answers in order; the last one answers all further requests. */
export async function startVendor(...answers: VendorAnswer[]): Promise<Vendor> {
  const requests: VendorRequest[] = [];
  const server = createServer((incoming, response) => {
    void bodyText(incoming).then((body) => {
      const { url: path = "", headers } = incoming;
      const request = { path, headers, body: JSON.parse(body), isClosed: false };
      requests.push(request);
      response.once("close", () => {
        request.isClosed = !response.writableFinished;
      });
      answers[Math.min(requests.length, answers.length) - 1]?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Server-sent events with these data; the name of the event is the data's `type`, where it has one. */
export function events(
  data: Record<string, unknown>[],
  options: { end: boolean } = { end: true },
): VendorAnswer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const entry of data) {
      const name = typeof entry["type"] === "string" ? `event: ${entry["type"]}\n` : "";
      response.write(`${name}data: ${JSON.stringify(entry)}\n\n`);
    }
    if (options.end) response.end();
  };
}

export function refusal(status: number, body: unknown, headers: Record<string, string> = {}): VendorAnswer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}
