import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import { eventually } from "../../test/support/eventually.ts";
import { FrameQueue } from "../../test/support/frame-queue.ts";
import { rawConnection } from "../../test/support/raw-http-client.ts";
import { metricsText } from "../log/metrics.ts";
import type { FrameSource, Mount } from "./route.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";

const GET_STREAM = "GET /stream HTTP/1.1\r\nhost: test\r\n\r\n";

let server: HttpServer;
let port: number;
let frames: FrameQueue;
let source: FrameSource;
let logs: Record<string, unknown>[];

beforeEach(async () => {
  logs = captureLogs();
  frames = new FrameQueue();
  source = frames;
  await start(createHttpServer());
});

/** Takes the place of the server that every test begins with. */
async function restart(options: HttpServerOptions): Promise<void> {
  await server.close({ graceMs: 0 });
  await start(createHttpServer(options));
}

async function start(newServer: HttpServer): Promise<void> {
  server = newServer;
  const mount: Mount<never> = {
    name: "test",
    prefixes: [""],
    authenticate: () => Promise.reject(new Error("nobody calls this")),
    presentError: ({ code }) => ({ kind: "json", status: 400, body: { code } }),
    routes: [
      {
        method: "GET",
        path: "/stream",
        access: "public",
        handle: async () => ({ kind: "stream", frames: source }),
      },
      {
        method: "GET",
        path: "/plain",
        access: "public",
        handle: async () => ({ kind: "json", body: "plain" }),
      },
    ],
  };
  server.mount(mount);
  ({ port } = await server.listen({ host: "127.0.0.1", port: 0 }));
}

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close({ graceMs: 0 });
});

/** Counts what the server's side of the connections hands to the operating system. */
function countServerWrites(): { calls: number } {
  const count = { calls: 0 };
  const { _write, _writev } = Socket.prototype;
  const isServerSide = (socket: Socket) => socket.localPort === port;
  vi.spyOn(Socket.prototype, "_write").mockImplementation(function (this: Socket, ...rest) {
    if (isServerSide(this)) count.calls += 1;
    return _write.apply(this, rest);
  });
  vi.spyOn(Socket.prototype, "_writev").mockImplementation(function (this: Socket, ...rest) {
    if (isServerSide(this)) count.calls += 1;
    return _writev?.apply(this, rest);
  });
  return count;
}

function requestLine(): Record<string, unknown> {
  const line = logs.find(({ msg }) => msg === "request");
  if (line === undefined) throw new Error("no request line yet");
  return line;
}

describe("framing", () => {
  test("every frame is an HTTP chunk of its own, in order", async () => {
    const connection = await rawConnection(port);
    frames.push("data: 一\n\n", "data: 🙂\n\n");
    connection.send(GET_STREAM);
    await eventually(() => frames.taken === 2);
    frames.push("data: 3\n\n", null);
    const response = await connection.response();
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    });
    expect(response.chunks).toEqual(["data: 一\n\n", "data: 🙂\n\n", "data: 3\n\n"]);
    connection.socket.destroy();
  });

  test("head, frames and end that are ready at once leave in one write", async () => {
    const writes = countServerWrites();
    const connection = await rawConnection(port);
    frames.push("data: 1\n\n", "data: 2\n\n", null);
    connection.send(GET_STREAM);
    expect((await connection.response()).chunks).toHaveLength(2);
    expect(writes.calls).toBe(1);
    connection.socket.destroy();
  });

  test("frames that come in one turn of the event loop leave in one write, as chunks of their own", async () => {
    const connection = await rawConnection(port);
    connection.send(GET_STREAM);
    await eventually(() => connection.pending().endsWith("\r\n\r\n"));
    const writes = countServerWrites();
    for (let index = 0; index < 100; index++) frames.push(`data: ${index}\n\n`);
    await eventually(() => connection.pending().includes("data: 99"));
    expect(writes.calls).toBe(1);
    frames.push(null);
    expect((await connection.response()).chunks).toHaveLength(100);
    connection.socket.destroy();
  });

  test("half a character is replaced without breaking the framing", async () => {
    const connection = await rawConnection(port);
    frames.push("data: \ud83d\n\n", "data: \ude42\n\n", null);
    connection.send(GET_STREAM);
    expect((await connection.response()).chunks).toEqual(["data: \ufffd\n\n", "data: \ufffd\n\n"]);
    connection.socket.destroy();
  });
});

describe("connections", () => {
  test("a connection serves more requests after a stream", async () => {
    const connection = await rawConnection(port);
    for (const text of ["first", "second"]) {
      frames.push(`data: ${text}\n\n`, null);
      connection.send(GET_STREAM);
      expect((await connection.response()).chunks).toEqual([`data: ${text}\n\n`]);
    }
    connection.send("GET /plain HTTP/1.1\r\nhost: test\r\n\r\n");
    expect((await connection.response()).chunks).toEqual(['"plain"']);
    connection.socket.destroy();
  });

  test("pipelined requests are answered in order, also when the first answer is a stream", async () => {
    const connection = await rawConnection(port);
    connection.send(`${GET_STREAM}GET /plain HTTP/1.1\r\nhost: test\r\n\r\n${GET_STREAM}`);
    await eventually(() => frames.isSubscribed);
    frames.push("data: 1\n\n", null);
    expect((await connection.response()).chunks).toEqual(["data: 1\n\n"]);
    expect((await connection.response()).chunks).toEqual(['"plain"']);
    await eventually(() => frames.isSubscribed);
    connection.send(GET_STREAM);
    frames.push("data: 2\n\n", null, "data: 3\n\n", null);
    expect((await connection.response()).chunks).toEqual(["data: 2\n\n"]);
    expect((await connection.response()).chunks).toEqual(["data: 3\n\n"]);
    connection.send("GET /plain HTTP/1.1\r\nhost: test\r\n\r\n");
    expect((await connection.response()).chunks).toEqual(['"plain"']);
    connection.socket.destroy();
  });

  test("an HTTP/1.0 client gets the bare frames and then the end of the connection", async () => {
    const connection = await rawConnection(port);
    frames.push("data: 1\n\n", "data: 2\n\n", null);
    connection.send("GET /stream HTTP/1.0\r\n\r\n");
    await connection.closed;
    expect(connection.pending()).not.toContain("transfer-encoding");
    expect(connection.pending().split("\r\n\r\n")[1]).toBe("data: 1\n\ndata: 2\n\n");
  });

  test("HEAD gets the head only, and the source is left alone", async () => {
    const connection = await rawConnection(port);
    frames.push("data: 1\n\n", null);
    connection.send("HEAD /stream HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    await connection.closed;
    expect(connection.pending()).toContain("text/event-stream");
    expect(connection.pending()).toMatch(/\r\n\r\n$/);
    expect(frames.taken).toBe(0);
  });

  test("garbage sent during a stream ends the connection, and no answer to it lands in the stream", async () => {
    const connection = await rawConnection(port);
    frames.push("data: 1\n\n");
    connection.send(GET_STREAM);
    await eventually(() => frames.taken === 1);
    connection.send("what is this\r\n\r\n");
    await connection.closed;
    expect(connection.pending()).toMatch(/data: 1\n\n\r\n$/);
    expect(frames.isSubscribed).toBe(false);
  });

  test("when the client leaves, the source is not read any more", async () => {
    const connection = await rawConnection(port);
    connection.send(GET_STREAM);
    await eventually(() => frames.isSubscribed);
    connection.socket.destroy();
    await eventually(() => !frames.isSubscribed);
    frames.push("data: late\n\n");
    expect(frames.taken).toBe(0);
    expect(await eventually(requestLine)).toMatchObject({ end: "client_gone", dialect: "test" });
  });

  test("a client that leaves before its pipelined stream begins is noticed", async () => {
    const connection = await rawConnection(port);
    connection.send(GET_STREAM + GET_STREAM);
    await eventually(() => frames.isSubscribed);
    connection.socket.destroy();
    await eventually(() => !frames.isSubscribed);
    await eventually(async () => (await metricsText()).text.includes("antiphon_http_open_streams 0"));
  });
});

describe("slow and broken streams", () => {
  test("the source is read no faster than the client reads, and nothing is lost", async () => {
    const connection = await rawConnection(port);
    connection.socket.pause();
    const frame = `data: ${"x".repeat(1000)}\n\n`;
    const total = 20_000;
    for (let index = 0; index < total; index++) frames.push(frame);
    frames.push(null);
    connection.send(GET_STREAM);
    let seen = -1;
    await eventually(() => {
      const isStill = frames.taken > 0 && frames.taken === seen;
      seen = frames.taken;
      return isStill;
    });
    expect(frames.taken).toBeLessThan(total);
    connection.socket.resume();
    expect((await connection.response()).chunks).toHaveLength(total);
    connection.socket.destroy();
  });

  test("a reader who takes nothing is dropped with a reason, the source is not", async () => {
    await restart({ slowReaderTimeoutMs: 200 });
    const connection = await rawConnection(port);
    connection.socket.pause();
    const frame = `data: ${"x".repeat(10_000)}\n\n`;
    for (let index = 0; index < 2_000; index++) frames.push(frame);
    connection.send(GET_STREAM);
    expect(await eventually(requestLine)).toMatchObject({ end: "slow_reader" });
    expect(frames.isSubscribed).toBe(false);
    expect(frames.next()).toBe(frame);
    expect((await metricsText()).text).toMatch(/antiphon_http_slow_readers_total [1-9]/);
    connection.socket.destroy();
  });

  test("a stream that waits for its source is not taken for a slow reader", async () => {
    await restart({ slowReaderTimeoutMs: 200 });
    const connection = await rawConnection(port);
    connection.send(GET_STREAM);
    await eventually(() => frames.isSubscribed);
    const startMs = Date.now();
    await eventually(() => Date.now() - startMs > 500);
    frames.push("data: late\n\n", null);
    expect((await connection.response()).chunks).toEqual(["data: late\n\n"]);
    connection.socket.destroy();
  });

  test("a source that throws breaks the connection instead of pretending an end", async () => {
    const connection = await rawConnection(port);
    source = {
      next: () => {
        throw new Error("defect");
      },
      subscribe: () => () => {},
    };
    connection.send(GET_STREAM);
    await connection.closed;
    expect(connection.pending()).not.toContain("0\r\n\r\n");
    expect(await eventually(requestLine)).toMatchObject({ end: "source_failed" });
    expect(logs).toContainEqual(expect.objectContaining({ level: "error", msg: "frame source failed" }));
  });
});
