import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { connect, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { newCertificate } from "../../test/support/certificates.ts";
import { type ClientIdentity, createOutbound, type OutboundOptions } from "./outbound.ts";
import { toOutboundError } from "./outbound-error.ts";

const certificate = newCertificate("receiver.example");
const ours = newCertificate("one.example");
const others = newCertificate("two.example");

function identity(name: string, { cert, key } = ours): ClientIdentity {
  return { name, certificate: cert, key };
}

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

/** A receiver that talks only to who shows one of the two certificates, and tells whose it saw, and where from. */
async function demanding(options: ServerOptions = {}): Promise<number> {
  const trusted = { ca: [ours.cert, others.cert], requestCert: true, rejectUnauthorized: true };
  const server = createHttpsServer({ ...certificate, ...trusted, ...options }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    request.resume().on("end", () => response.end(`${subject?.CN} ${request.socket.remotePort}`));
  });
  return listening(server.on("tlsClientError", () => {}));
}

function sender(options: Partial<OutboundOptions> = {}) {
  const outbound = createOutbound({
    allowPrivate: ["127.0.0.1/32"],
    certificates: [certificate.cert],
    resolve: async () => ["127.0.0.1"],
    ...options,
  });
  onTestFinished(() => outbound.close());
  return (url: string, shown?: ClientIdentity) =>
    outbound.exchange({
      method: "POST",
      url,
      body: "hi",
      timeoutMs: 5_000,
      keepBytes: 100,
      readBytes: 100,
      ...(shown !== undefined && { identity: shown }),
    });
}

test("who demands a certificate gets it, and talks to nobody who has none", async () => {
  const url = `https://receiver.example:${await demanding()}/`;
  const send = sender();
  const { status, body } = await send(url, identity("one"));
  expect([status, body.toString()]).toEqual([200, expect.stringMatching(/^one\.example /)]);
  const refused = await send(url);
  expect(refused.status).toBeUndefined();
  expect(refused.failure?.code).toMatch(/^(tls_client_certificate|reset)$/);
  const unknown = newCertificate("three.example");
  expect((await send(url, identity("three", unknown))).status).toBeUndefined();
});

test("a connection is used again by the same name, never by another one or by nobody", async () => {
  const port = await demanding({ rejectUnauthorized: false });
  const send = sender();
  const seen = async (shown?: ClientIdentity) =>
    (await send(`https://receiver.example:${port}/`, shown)).body.toString();
  const first = await seen(identity("one"));
  const same = await seen(identity("one"));
  const [another, other, nobody] = [
    await seen(identity("another")),
    await seen(identity("other", others)),
    await seen(),
  ];
  expect(same).toBe(first);
  expect(new Set([first, another, other, nobody].map((text) => text.split(" ")[1])).size).toBe(4);
  expect([another, other, nobody].map((text) => text.split(" ")[0])).toEqual([
    "one.example",
    "two.example",
    "undefined",
  ]);
});

test("nothing is said over TLS older than 1.2", async () => {
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  const url = `https://receiver.example:${await demanding(old)}/`;
  expect((await sender()(url, identity("one"))).failure?.code).toBe("tls_handshake");
});

test("through a proxy it is shown to the receiver, and to each request's own", async () => {
  const port = await demanding();
  const proxy = createHttpServer().on("connect", (_request, socket: Socket) => {
    const onward = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.on("error", () => {}).write("HTTP/1.1 200 OK\r\n\r\n");
    onward.pipe(socket).pipe(onward);
  });
  const send = sender({ proxyUrl: `http://127.0.0.1:${await listening(proxy)}` });
  const seen = async (shown?: ClientIdentity) => {
    const { status, body } = await send("https://receiver.example/", shown);
    return status === undefined ? undefined : body.toString().split(" ")[0];
  };
  expect([await seen(identity("one")), await seen(identity("two", others)), await seen()]).toEqual([
    "one.example",
    "two.example",
    undefined,
  ]);
});

test.each(["TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_UNKNOWN_CA", "SSL/TLS_ALERT_BAD_CERTIFICATE"])(
  "what the other side says about our certificate has a name of its own: %s",
  (name) => {
    const error = Object.assign(new Error("no"), { code: `ERR_SSL_${name}` });
    expect(toOutboundError(error)).toMatchObject({ code: "tls_client_certificate", reason: "tls" });
  },
);
