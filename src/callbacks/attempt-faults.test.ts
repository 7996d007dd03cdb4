import { once } from "node:events";
import { createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { newCertificate, type TestCertificate } from "../../test/support/certificates.ts";
import { eventually } from "../../test/support/eventually.ts";
import { createOutbound, type Outbound } from "../http/outbound.ts";
import { type AttemptRequest, sendAttempt } from "./attempt.ts";
import { listening, NO_RESPONSE, receiver } from "./testing/tcp-receiver.ts";

let outbound: Outbound;
let trusted: TestCertificate;

beforeEach(() => {
  trusted = newCertificate("receiver.example");
  outbound = trusting(trusted);
});

afterEach(async () => {
  vi.useRealTimers();
  await outbound.close();
});

function trusting({ cert }: TestCertificate): Outbound {
  return createOutbound({
    allowPrivate: ["127.0.0.1/32"],
    certificates: [cert],
    resolve: async () => ["127.0.0.1"],
  });
}

function attempt(url: string, overrides: Partial<AttemptRequest> = {}) {
  return sendAttempt(outbound, { url, headers: {}, body: '{"a":1}', timeoutMs: 10_000, ...overrides });
}

describe("F14: what fails before a response has a name of its own:", () => {
  test("nobody listens", async () => {
    const server = createTcpServer();
    const { url, port } = await listening(server);
    server.close();
    await once(server, "close");
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "refused" });
    expect((await attempt(`https://receiver.example:${port}/`)).errorCode).toBe("refused");
  });

  test("a connection that is reset when it is made, or after the request", async () => {
    const atOnce = await listening(createTcpServer((socket) => socket.resetAndDestroy()));
    expect(await attempt(atOnce.url)).toMatchObject({ ...NO_RESPONSE, errorCode: "reset" });
    const later = await listening(
      createTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
    );
    expect(await attempt(later.url)).toMatchObject({ ...NO_RESPONSE, errorCode: "reset" });
    const politely = await listening(createTcpServer((socket) => socket.once("data", () => socket.end())));
    expect(await attempt(politely.url)).toMatchObject({ ...NO_RESPONSE, errorCode: "reset" });
    expect([atOnce.sockets, later.sockets, politely.sockets].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test("none of the addresses of a name; one that answers is enough", async () => {
    const { port } = await receiver((_request, response) => response.end());
    const to = (...addresses: string[]) => {
      const sending = createOutbound({ allowPrivate: ["127.0.0.0/8"], resolve: async () => addresses });
      onTestFinished(() => sending.close());
      const request = { url: `http://name.example:${port}/`, headers: {}, body: "", timeoutMs: 10_000 };
      return sendAttempt(sending, request);
    };
    expect(await to("127.0.0.9", "127.0.0.8", "127.0.0.1")).toMatchObject({
      remoteAddress: "127.0.0.1",
      status: 200,
    });
    expect(await to("127.0.0.9", "127.0.0.8")).toMatchObject({ ...NO_RESPONSE, errorCode: "refused" });
  });

  test("an answer that is not HTTP", async () => {
    const { url } = await listening(
      createTcpServer((socket) => socket.once("data", () => socket.end("hello\r\n\r\n"))),
    );
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "invalid_response" });
  });

  test("a server that speaks no TLS", async () => {
    const { port } = await receiver((_request, response) => response.end());
    expect((await attempt(`https://receiver.example:${port}/`)).errorCode).toBe("tls_handshake");
  });

  test.each([
    [
      "tls_certificate_expired",
      () => newCertificate("receiver.example", new Date(Date.now() - 30 * 86_400_000)),
    ],
    [
      "tls_certificate_expired",
      () => newCertificate("receiver.example", new Date(Date.now() + 30 * 86_400_000)),
    ],
    ["tls_wrong_host", () => newCertificate("other.example")],
  ])("%s: a certificate that is trusted but not good for this", async (errorCode, make) => {
    const certificate = make();
    const trustful = trusting(certificate);
    onTestFinished(() => trustful.close());
    const { port } = await listening(createTlsServer(certificate).on("tlsClientError", () => {}));
    const request = { url: `https://receiver.example:${port}/`, headers: {}, body: "", timeoutMs: 10_000 };
    expect(await sendAttempt(trustful, request)).toMatchObject({ ...NO_RESPONSE, errorCode });
  });

  test("a certificate that nobody trusts; and one that somebody does is fine", async () => {
    const answer = (socket: Socket) => socket.once("data", () => socket.end("HTTP/1.1 204 OK\r\n\r\n"));
    const bad = await listening(
      createTlsServer(newCertificate("receiver.example")).on("tlsClientError", () => {}),
    );
    expect((await attempt(`https://receiver.example:${bad.port}/`)).errorCode).toBe("tls_untrusted");
    const good = await listening(createTlsServer(trusted, answer));
    expect(await attempt(`https://receiver.example:${good.port}/`)).toMatchObject({
      status: 204,
      errorCode: "",
    });
  });

  test.each([
    [undefined, 5_000],
    [3_000, 3_000],
  ])(
    "a connection that takes more than five seconds, or what is said: %s",
    async (connectTimeoutMs, lastMs) => {
      const silent = createTcpServer((socket) => socket.resume());
      const { port, sockets } = await listening(silent);
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const connected = once(silent, "connection");
      let isOver = false;
      const pending = attempt(`https://receiver.example:${port}/`, { connectTimeoutMs }).finally(() => {
        isOver = true;
      });
      await connected;
      vi.advanceTimersByTime(lastMs - 1);
      await new Promise(setImmediate);
      expect(isOver).toBe(false);
      vi.advanceTimersByTime(1);
      expect(await pending).toMatchObject({ ...NO_RESPONSE, errorCode: "connect_timeout" });
      vi.useRealTimers();
      await eventually(() => sockets[0]?.destroyed === true);
    },
  );

  test("a name without an address", async () => {
    const failing = (code: string) => {
      const error = Object.assign(new Error("no"), { code });
      return createOutbound({ allowPrivate: [], resolve: () => Promise.reject(error) });
    };
    const request = { url: "https://nowhere.example/", headers: {}, body: "", timeoutMs: 10_000 };
    expect(await sendAttempt(failing("ENOTFOUND"), request)).toMatchObject({
      ...NO_RESPONSE,
      errorCode: "dns",
    });
  });

  test.each([199, 200, 204, 299, 400, 404, 410, 429, 500, 503, 599])("status %s", async (status) => {
    const { url } = await receiver((_request, response) => {
      if (status === 199) response.writeProcessing();
      response.writeHead(status === 199 ? 200 : status).end();
    });
    const errorCode = status < 300 ? "" : `http_${status}`;
    expect(await attempt(url)).toMatchObject({ status: Math.max(status, 200), errorCode });
  });
});

describe("F22: a connection that was used before", () => {
  /** Answers the first request of each connection and does `then` with its second. */
  async function stale(then: (socket: Socket) => void) {
    const requests: string[] = [];
    const tcp = createTcpServer((socket) => {
      let count = 0;
      socket.on("data", (data) => {
        requests.push(data.toString());
        count += 1;
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else then(socket);
      });
    });
    return { ...(await listening(tcp)), requests };
  }

  test.each([
    ["reset", (socket: Socket) => socket.resetAndDestroy()],
    ["closed", (socket: Socket) => socket.end()],
  ])(
    "and is %s by the peer as the request is written costs one more connection, no attempt",
    async (_how, then) => {
      const { url, sockets, requests } = await stale((socket) => then(socket));
      await attempt(url);
      const report = await attempt(url, { headers: { "webhook-id": "evt_2" } });
      expect(report).toMatchObject({ status: 200, errorCode: "", responsePrefix: "ok" });
      expect(requests.filter((request) => request.includes("evt_2"))).toHaveLength(2);
      expect(sockets).toHaveLength(2);
    },
  );

  test("and was closed while nobody used it is not used again", async () => {
    const { url, sockets } = await receiver((_request, response) => response.end());
    await attempt(url);
    sockets[0]?.destroy();
    expect(await attempt(url)).toMatchObject({ status: 200, errorCode: "" });
    expect(sockets).toHaveLength(2);
  });

  test("is tried only once more: a reset of the fresh one counts", async () => {
    let requests = 0;
    const { url, sockets } = await listening(
      createTcpServer((socket) =>
        socket.on("data", () => {
          requests += 1;
          if (requests > 1) socket.resetAndDestroy();
          else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }),
      ),
    );
    await attempt(url);
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "reset" });
    expect([requests, sockets.length]).toEqual([3, 2]);
  });

  test("and answers a part before it breaks is not tried again", async () => {
    const { url, requests } = await stale((socket) => {
      socket.write("HTTP/1.1 2");
      setImmediate(() => socket.resetAndDestroy());
    });
    await attempt(url);
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "reset" });
    expect(requests).toHaveLength(2);
  });

  test("leaves the second try only what is left of the time", async () => {
    let connections = 0;
    const { url } = await listening(
      createTcpServer((socket) => {
        connections += 1;
        const isFirst = connections === 1;
        let count = 0;
        socket.on("data", () => {
          count += 1;
          if (isFirst && count === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
          else if (isFirst) setTimeout(() => socket.resetAndDestroy(), 600);
        });
      }),
    );
    await attempt(url);
    const { errorCode, timings } = await attempt(url, { timeoutMs: 1_000 });
    expect(errorCode).toBe("timeout");
    expect(timings.total).toBeLessThan(1_500);
    expect(connections).toBe(2);
  });
});
