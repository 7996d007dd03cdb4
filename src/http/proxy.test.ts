import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { newCertificate } from "../../test/support/certificates.ts";
import { createOutbound, type OutboundOptions } from "./outbound.ts";

async function listening(server: Server): Promise<number> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A proxy that leads every name to one port of this machine; 0: it refuses. */
async function proxy(port: number) {
  const asked: IncomingMessage[] = [];
  const server = createServer().on("connect", (request, socket) => {
    asked.push(request);
    socket.on("error", () => {});
    if (port === 0) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const onward = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    onward.pipe(socket).pipe(onward);
  });
  return { url: `http://me:pw@127.0.0.1:${await listening(server)}`, asked };
}

function sender(options: Partial<OutboundOptions>) {
  const outbound = createOutbound({ allowPrivate: [], allowHttp: false, ...options });
  onTestFinished(() => outbound.close());
  return (url: string) =>
    outbound.exchange({ method: "POST", url, body: "hi", timeoutMs: 5_000, keepBytes: 100, readBytes: 100 });
}

const certificate = newCertificate("receiver.example");

function tlsServer(): Server {
  const answer = (socket: Socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\nseen"));
  return createTlsServer(certificate, answer).on("tlsClientError", () => {});
}

test("everything goes through the proxy, which is told the name and sees nothing of what is sent", async () => {
  const { url: proxyUrl, asked } = await proxy(await listening(tlsServer()));
  const { status, body, remoteAddress } = await sender({ proxyUrl, certificates: [certificate.cert] })(
    "https://receiver.example/hook",
  );
  expect([status, body.toString(), remoteAddress]).toEqual([200, "seen", undefined]);
  expect(asked.map(({ url }) => url)).toEqual(["receiver.example:443"]);
  expect(asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${Buffer.from("me:pw").toString("base64")}`);
});

test("addresses that are written out are judged here, and plain http is refused", async () => {
  const { url: proxyUrl, asked } = await proxy(0);
  const send = sender({ proxyUrl });
  for (const host of ["127.0.0.1", "169.254.169.254", "[::1]", "10.1", "localhost", "LOCALHOST."]) {
    expect((await send(`https://${host}/`)).failure?.code).toBe("blocked_address");
  }
  expect((await send("http://receiver.example/")).failure?.code).toBe("http_not_allowed");
  expect(asked).toEqual([]);
});

test("what is the proxy's fault is called so, and what is the receiver's is not", async () => {
  const port = await listening(tlsServer());
  const open = await proxy(port);
  expect((await sender({ proxyUrl: open.url })("https://receiver.example/")).failure?.code).toBe(
    "tls_untrusted",
  );
  const refusing = await proxy(0);
  expect((await sender({ proxyUrl: refusing.url })("https://receiver.example/")).failure?.code).toBe("proxy");
  const gone = createTcpServer();
  const gonePort = await listening(gone);
  gone.close();
  await once(gone, "close");
  const absent = sender({ proxyUrl: `http://127.0.0.1:${gonePort}` });
  expect((await absent("https://receiver.example/")).failure?.code).toBe("proxy");
  const silent = await listening(createTcpServer());
  const outbound = createOutbound({ allowPrivate: [], proxyUrl: `http://127.0.0.1:${silent}` });
  onTestFinished(() => outbound.close());
  const limits = { timeoutMs: 100, keepBytes: 1, readBytes: 1 };
  const late = await outbound.exchange({
    method: "POST",
    url: "https://receiver.example/",
    body: "",
    ...limits,
  });
  expect(late.failure?.code).toBe("timeout");
});
