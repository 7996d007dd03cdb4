import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyStandardWebhook } from "../../../receiver/receiver.ts";
import { runCommand } from "../../../src/cli/testing/fake-terminal.ts";
import { startAntiphon } from "../../support/antiphon.ts";
import { newCertificate } from "../../support/certificates.ts";
import { engines, type TestEngine } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ConsoleReply, tokenOf } from "./console-world.ts";

const ours = newCertificate("antiphon.example");

interface Arrival {
  headers: IncomingHttpHeaders;
  body: string;
  /** Whose certificate was shown. */
  from: unknown;
  remotePort: number | undefined;
}

/** A receiver on this machine that talks only over TLS and only to who shows our certificate. */
async function openReceiver(folder: string) {
  const own = newCertificate("localhost");
  const arrivals: Arrival[] = [];
  const demands = { requestCert: true, rejectUnauthorized: true, ca: [ours.cert] };
  const server = createServer({ ...own, ...demands }, async (request, response) => {
    const { socket, headers } = request;
    const { subject } = socket instanceof TLSSocket ? socket.getPeerCertificate() : {};
    const { remotePort } = socket;
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    arrivals.push({ headers, body, from: subject?.CN, remotePort });
    response.end();
  });
  server.on("tlsClientError", () => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const file = (name: string) => join(folder, name);
  await writeFile(file("authority.pem"), own.cert);
  await writeFile(file("certificate.pem"), ours.cert);
  await writeFile(file("key.pem"), ours.key);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `https://localhost:${address.port}/hooks`, arrivals, file, close };
}

/** A server with an endpoint at that receiver in its file, which proves itself in both ways. */
async function openWorld(engine: TestEngine) {
  const folder = await mkdtemp(join(tmpdir(), "antiphon-test-"));
  const receiver = await openReceiver(folder);
  const databaseUrl = await engine.databaseUrl();
  const environment: Record<string, string> = {
    ANTIPHON_LOG_LEVEL: "silent",
    ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32,::1/128",
    ANTIPHON_CALLBACK_CA_FILE: receiver.file("authority.pem"),
    ...(databaseUrl !== undefined && { ANTIPHON_DATABASE_URL: databaseUrl }),
  };
  const clientCertificate = { certificate: ours.cert, key: ours.key };
  const server = await startAntiphon({
    file: {
      users: [{ name: "owner", role: "owner", tokens: [{ token: tokenOf("owner"), scopes: ["all"] }] }],
      callbacks: [{ slug: "orders", url: receiver.url, asymmetric: true, clientCertificate }],
    },
    environment,
    databaseUrl,
  });
  const api = async (route: `${string} /${string}`, body?: unknown): Promise<ConsoleReply> => {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf("owner")}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    receiver,
    clientCertificate,
    api,
    /** What a command about callbacks prints. */
    async shell(...words: string[]): Promise<string> {
      const inPlace = { ...environment, ANTIPHON_DATA: server.dataDirectory };
      const terminal = await runCommand(["callbacks", ...words], inPlace);
      expect({ noted: terminal.noted, exitCode: terminal.exitCode }).toMatchObject({ exitCode: 0 });
      return terminal.written;
    },
    publishedKeys: () => fetch(`${server.url}/.well-known/webhook-jwks.json`),
    /** What arrives of a test event. A running server notices what a command wrote within seconds. */
    async arrivalAt(endpointId: string): Promise<Arrival> {
      const { length } = receiver.arrivals;
      const sent = await api(`POST /endpoints/${endpointId}/test`, { type: "turn.completed" });
      expect(sent).toMatchObject({ status: 200 });
      await eventually(() => receiver.arrivals.length > length);
      return receiver.arrivals[length] ?? { headers: {}, body: "", from: undefined, remotePort: undefined };
    },
    async close() {
      await server.close();
      receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe.each(engines)("what attempts prove themselves with, on $name:", (engine) => {
  let world: Awaited<ReturnType<typeof openWorld>>;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  test("an endpoint of the file shows its certificate, and a signature that anybody can check", async () => {
    const [endpoint] = (await world.api("GET /endpoints")).body.items;
    expect(endpoint).toMatchObject({
      isAsymmetric: true,
      clientCertificate: { subject: "CN=antiphon.example", expiresAt: expect.any(String) },
    });
    const { headers, body, from } = await world.arrivalAt(endpoint.id);
    expect(from).toBe("antiphon.example");
    const published = await world.publishedKeys();
    expect(published.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = (await published.json()) as { keys: { x: string }[] };
    const [kid, x] = [expect.any(String), expect.any(String)];
    expect(keys).toEqual([{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x }]);
    expect(verifyStandardWebhook({ headers, body, publicKeys: keys }).id).toBe(headers["webhook-id"]);
    expect(() => verifyStandardWebhook({ headers, body: `${body} `, publicKeys: keys })).toThrow();
  });

  test("one of the API has connections of its own, and its key is never shown again", async () => {
    const { receiver, clientCertificate } = world;
    const wish = { name: "Other", url: receiver.url, eventTypes: [], clientCertificate };
    const { status, body } = await world.api("POST /endpoints", wish);
    expect({ status, body }).toMatchObject({ status: 200, body: { endpoint: { isAsymmetric: false } } });
    expect(JSON.stringify(body)).not.toContain("BEGIN");
    const { id } = body.endpoint;
    const [listed] = (await world.api("GET /endpoints")).body.items;
    const first = await world.arrivalAt(listed.id);
    const arrival = await world.arrivalAt(id);
    expect(arrival.headers["webhook-signature"]).toMatch(/^v1,\S+$/);
    expect(arrival.remotePort).not.toBe(first.remotePort);
    const wrong = { clientCertificate: { ...clientCertificate, key: "x" } };
    expect(await world.api(`PATCH /endpoints/${id}`, wrong)).toMatchObject({
      status: 400,
      body: { error: { field: "clientCertificate.key" } },
    });
    expect(await world.api(`PATCH /endpoints/${id}`, { clientCertificate: null })).toMatchObject({
      status: 200,
      body: { clientCertificate: null },
    });
    const { id: deliveryId } = (await world.api(`POST /endpoints/${id}/test`, { type: "turn.completed" }))
      .body;
    await eventually(async () =>
      expect((await world.api(`GET /deliveries/${deliveryId}`)).body.attempts).toMatchObject([
        { outcome: "fail", errorCode: expect.stringMatching(/^(tls_client_certificate|reset)$/) },
      ]),
    );
  });

  test("one of a shell, before and after the keys were rotated", async () => {
    const { receiver } = world;
    const files = [
      "--certificate",
      receiver.file("certificate.pem"),
      "--certificate-key",
      receiver.file("key.pem"),
    ];
    const added = await world.shell("add", receiver.url, "--asymmetric", ...files);
    const id = /^id=(\d+)$/m.exec(added)?.[1] ?? "";
    expect(await world.shell("show", id)).toMatch(/^certificate: +CN=antiphon\.example until /m);
    const before = (await world.shell("keys")).trim();
    expect(before).toMatch(/^whpk_\S{44} kid=\S{43}$/);
    const after = (await world.shell("keys", "--rotate")).trim().split("\n");
    expect(after).toEqual([expect.stringMatching(/^whpk_/), before]);
    const publicKeys = after.map((line) => line.split(" ")[0] ?? "");
    const { headers, body, from } = await world.arrivalAt(id);
    expect(from).toBe("antiphon.example");
    expect(verifyStandardWebhook({ headers, body, publicKeys }).id).toBe(headers["webhook-id"]);
  });
});
