import type { IncomingMessage } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { createOutbound, type Outbound } from "../http/outbound.ts";
import { type AttemptRequest, sendAttempt } from "./attempt.ts";
import { listening, NO_RESPONSE, receiver } from "./testing/tcp-receiver.ts";

let outbound: Outbound;

beforeEach(() => {
  outbound = createOutbound({ allowPrivate: ["127.0.0.1/32"], resolve: async () => ["127.0.0.1"] });
});

afterEach(() => outbound.close());

function attempt(url: string, overrides: Partial<AttemptRequest> = {}) {
  return sendAttempt(outbound, { url, headers: {}, body: '{"a":1}', timeoutMs: 10_000, ...overrides });
}

describe("an attempt", () => {
  test("sends exactly the body and tells what came of it and how long each part took", async () => {
    const heard: IncomingMessage[] = [];
    const { port, bodies } = await receiver((request, response) => {
      heard.push(request);
      response.writeHead(202, { "X-Trace": "t-1" }).end("收到");
    });
    const body = '{"name":"示例 🙂"}';
    const headers = { "content-type": "application/json; charset=utf-8", "webhook-id": "evt_1" };
    const report = await attempt(`http://receiver.example:${port}/hook?a=1`, { body, headers });
    expect(report).toEqual({
      status: 202,
      responseHeaders: expect.objectContaining({ "x-trace": "t-1" }),
      responsePrefix: "收到",
      isTruncated: false,
      errorCode: "",
      errorMessage: "",
      remoteAddress: "127.0.0.1",
      timings: {
        dns: expect.any(Number),
        connect: expect.any(Number),
        firstByte: expect.any(Number),
        total: expect.any(Number),
      },
    });
    expect(bodies).toEqual([body]);
    expect(heard[0]).toMatchObject({ method: "POST", url: "/hook?a=1" });
    expect(heard[0]?.headers).toMatchObject({
      ...headers,
      host: `receiver.example:${port}`,
      "content-length": String(Buffer.byteLength(body)),
      "accept-encoding": "identity",
    });
    expect(heard[0]?.headers).not.toHaveProperty("transfer-encoding");
  });

  test("over a connection that was used before names no time for looking up and connecting", async () => {
    const { url, sockets } = await receiver((_request, response) => response.end());
    await attempt(url);
    const { timings } = await attempt(url);
    expect(Object.keys(timings).toSorted()).toEqual(["firstByte", "total"]);
    expect(sockets).toHaveLength(1);
  });

  test("many at once to one address wait for no free connection", async () => {
    const waiting: (() => void)[] = [];
    const { url, sockets } = await receiver((_request, response) => waiting.push(() => response.end()));
    const reports = Array.from({ length: 200 }, () => attempt(url));
    await eventually(() => waiting.length === 200);
    expect(sockets).toHaveLength(200);
    for (const answer of waiting) answer();
    expect((await Promise.all(reports)).every(({ status }) => status === 200)).toBe(true);
  });

  test("is ended by the caller's signal", async () => {
    const { url, sockets } = await receiver(() => {});
    const abort = new AbortController();
    const pending = attempt(url, { signal: abort.signal });
    await eventually(() => sockets.length === 1);
    abort.abort();
    expect(await pending).toMatchObject({ ...NO_RESPONSE, errorCode: "aborted" });
    await eventually(() => sockets[0]?.destroyed === true);
    expect(await attempt(url, { signal: abort.signal })).toMatchObject({ errorCode: "aborted" });
    expect(sockets).toHaveLength(1);
  });
});

describe("a client that is closed", () => {
  test("ends attempts under way and makes no others", async () => {
    const { url, sockets } = await receiver(() => {});
    const pending = attempt(url);
    await eventually(() => sockets.length === 1);
    await outbound.close();
    expect(await pending).toMatchObject({ ...NO_RESPONSE, errorCode: "aborted" });
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "aborted" });
    await eventually(() => sockets.every((socket) => socket.destroyed));
  });
});

describe("F19, F20: the deadline", () => {
  test("ends an attempt at a receiver that never answers, and its connection", async () => {
    const { url, sockets } = await receiver(() => {});
    const report = await attempt(url, { timeoutMs: 100 });
    expect(report).toMatchObject({ ...NO_RESPONSE, errorCode: "timeout", errorMessage: expect.any(String) });
    expect(report.timings.total).toBeGreaterThanOrEqual(99);
    await eventually(() => sockets[0]?.destroyed === true);
  });

  test("covers a name server that never answers", async () => {
    const waiting = createOutbound({ allowPrivate: [], resolve: () => new Promise(() => {}) });
    const request = { url: "https://slow.example/", headers: {}, body: "", timeoutMs: 50 };
    expect((await sendAttempt(waiting, request)).errorCode).toBe("timeout");
  });

  test("cuts a body that drips for ever; the status that came decides", async () => {
    const { url, sockets } = await receiver((request, response) => {
      const status = request.url === "/hook" ? 200 : 500;
      response.writeHead(status);
      const drip = setInterval(() => response.write("."), 10);
      response.once("close", () => clearInterval(drip));
    });
    const good = await attempt(url, { timeoutMs: 100 });
    expect(good).toMatchObject({ status: 200, errorCode: "", isTruncated: true });
    expect(good.responsePrefix).toMatch(/^\.+$/);
    const bad = await attempt(url.replace("hook", "other"), { timeoutMs: 100 });
    expect(bad).toMatchObject({ status: 500, errorCode: "http_500", isTruncated: true });
    await eventually(() => sockets.every((socket) => socket.destroyed));
  });

  test("of a status whose body breaks off is not waited for", async () => {
    const { url } = await receiver((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    expect(await attempt(url)).toMatchObject({
      status: 200,
      errorCode: "",
      responsePrefix: "half",
      isTruncated: true,
    });
  });
});

describe("F21: of an answer", () => {
  test("16 KiB are kept and 64 KiB read, then the connection is closed, however long it would be", async () => {
    const { url, sockets } = await receiver((request, response) => {
      if (request.url === "/hook") response.setHeader("content-length", 1e9);
      const pour = () => {
        while (!response.destroyed && response.write("x".repeat(16_384))) {}
      };
      response.on("drain", pour);
      pour();
    });
    const paths = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? url : url.replace("hook", "chunked"),
    );
    for (const report of await Promise.all(paths.map((path) => attempt(path)))) {
      expect(report).toMatchObject({ status: 200, errorCode: "", isTruncated: true });
      expect(report.responsePrefix).toHaveLength(16_384);
    }
    await eventually(() => sockets.every((socket) => socket.destroyed));
    // What was poured into the buffers of the system, which nobody reads.
    for (const { bytesWritten } of sockets) expect(bytesWritten).toBeLessThan(64_000_000);
  });

  test("that fits, everything is kept, and the connection too", async () => {
    const { url, sockets } = await receiver((request, response) => {
      response.end("x".repeat(request.url === "/hook" ? 16_384 : 16_385));
    });
    expect(await attempt(url)).toMatchObject({ isTruncated: false, responsePrefix: "x".repeat(16_384) });
    const longer = await attempt(url.replace("hook", "longer"));
    expect(longer).toMatchObject({ isTruncated: true, responsePrefix: "x".repeat(16_384), errorCode: "" });
    expect(sockets).toHaveLength(1);
  });

  test("no half of a character is kept", async () => {
    const { url } = await receiver((_request, response) => response.end(`xx${"示".repeat(6_000)}`));
    const { responsePrefix, isTruncated } = await attempt(url);
    expect(responsePrefix).toBe(`xx${"示".repeat(5_460)}`);
    expect(isTruncated).toBe(true);
  });

  test("nothing is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const { url } = await receiver((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    const { status, responsePrefix } = await attempt(url);
    expect(status).toBe(200);
    expect(responsePrefix.length).toBeLessThanOrEqual(16_384);
  });

  test("a hundred thousand headers are refused", async () => {
    const header = `x: ${"y".repeat(20)}\r\n`;
    const { url } = await listening(
      createTcpServer((socket) => socket.write(`HTTP/1.1 200 OK\r\n${header.repeat(100_000)}\r\n`)),
    );
    expect(await attempt(url)).toMatchObject({ ...NO_RESPONSE, errorCode: "too_many_headers" });
  });
});

describe("F24: a redirect", () => {
  test.each([301, 302, 303, 307, 308])(
    "with status %s is refused wherever it leads, and nobody is asked there",
    async (status) => {
      const target = await receiver((_request, response) => response.end("reached"));
      for (const location of [
        target.url,
        "https://example.com/",
        "http://169.254.169.254/latest",
        "/relative",
      ]) {
        const { url, bodies } = await receiver((_request, response) =>
          response.writeHead(status, { location }).end(),
        );
        expect(await attempt(url)).toMatchObject({
          status,
          errorCode: "redirect_refused",
          responseHeaders: { location },
        });
        expect(bodies).toHaveLength(1);
      }
      expect(target.sockets).toEqual([]);
    },
  );
});

describe("F29: what would break out of its line", () => {
  test.each([
    { "x-a": "b\r\nx-injected: 1" },
    { "x-a": "b\nx-injected: 1" },
    { "x-a\r\nx-injected": "1" },
    { "x-a: 1\r\nx-injected": "1" },
    { "": "1" },
    { "x-a": "b\u0000" },
  ])("%j in a header is never sent", async (headers) => {
    const { url, bodies } = await receiver((_request, response) => response.end());
    expect(await attempt(url, { headers: headers as Record<string, string> })).toMatchObject({
      ...NO_RESPONSE,
      errorCode: "bad_url",
    });
    expect(bodies).toEqual([]);
  });

  test("in an address stays in its path", async () => {
    const heard: IncomingMessage[] = [];
    const { port } = await receiver((request, response) => {
      heard.push(request);
      response.end();
    });
    await attempt(`http://127.0.0.1:${port}/a\r\nx-injected: 1`);
    expect(heard[0]?.url).toBe("/ax-injected:%201");
    expect(heard[0]?.headers).not.toHaveProperty("x-injected");
  });

  test("headers of the connection itself cannot be set", async () => {
    const heard: IncomingMessage[] = [];
    const { url } = await receiver((request, response) => {
      heard.push(request);
      response.end();
    });
    const headers = {
      Host: "evil",
      "Content-Length": "1",
      "Transfer-Encoding": "chunked",
      Connection: "close",
    };
    expect(await attempt(url, { headers })).toMatchObject({ status: 200 });
    expect(heard[0]?.headers).toMatchObject({
      host: new URL(url).host,
      "content-length": "7",
      connection: "keep-alive",
    });
  });
});
