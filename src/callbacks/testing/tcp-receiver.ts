import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { Server, Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What there is in the report of an attempt without a response. */
export const NO_RESPONSE = { responseHeaders: {}, responsePrefix: "", isTruncated: false };

export interface Listening {
  /** With a path, `/hook`. */
  url: string;
  port: number;
  /** Every connection that was made, in order. */
  sockets: Socket[];
}

/** Listens on a free port of 127.0.0.1 until the test ends. */
export async function listening(server: Server): Promise<Listening> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket.on("error", () => {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/hook`, port: address.port, sockets };
}

/** A receiver that reads each request whole before `listener` answers it. */
export async function receiver(listener: RequestListener): Promise<Listening & { bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await textOf(request));
    listener(request, response);
  });
  return { ...(await listening(server)), bodies };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return text;
}
