import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import { eventually } from "../../test/support/eventually.ts";
import { type RawConnection, rawConnection } from "../../test/support/raw-http-client.ts";
import { DomainError } from "../domain/errors.ts";
import type { Call, Mount, Reply, Route } from "./route.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";

const MAX_BYTES = 300_000;
const MEGABYTE = 1024 * 1024;

let server: HttpServer;
let url: string;
let port: number;
let logs: Record<string, unknown>[];
/** Why the bytes of the newest upload broke off. */
let broken: unknown;
let bytesRead: number;

beforeEach(() => {
  logs = captureLogs();
  broken = undefined;
  bytesRead = 0;
});
afterEach(() => server.close({ graceMs: 0 }));

async function readAll(call: Call): Promise<Reply> {
  const { bytes, ...upload } = await call.upload({ field: "file", maxBytes: MAX_BYTES });
  const hash = createHash("sha256");
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      bytesRead += chunk.length;
    }
  } catch (error) {
    broken = error;
    throw error;
  }
  return { kind: "json", body: { ...upload, size: bytesRead, hash: hash.digest("hex") } };
}

const routes: Route<undefined>[] = [
  { method: "POST", path: "/files", body: "upload", access: "public", handle: readAll },
  {
    method: "POST",
    path: "/unread",
    body: "upload",
    access: "public",
    async handle(call) {
      await call.upload({ field: "file", maxBytes: MAX_BYTES });
      throw new DomainError("request_invalid", "not this file");
    },
  },
  {
    method: "POST",
    path: "/never",
    body: "upload",
    access: "public",
    handle: () => Promise.reject(new DomainError("permission_denied", "not you")),
  },
];

const mount: Mount<undefined> = {
  name: "test",
  prefixes: [""],
  routes,
  authenticate: async () => undefined,
  presentError: ({ code, message }) => ({ kind: "json", status: 418, body: { code, message } }),
};

async function start(options: HttpServerOptions = {}): Promise<void> {
  server = createHttpServer(options);
  server.mount(mount);
  ({ url, port } = await server.listen({ host: "127.0.0.1", port: 0 }));
}

const BOUNDARY = "----x";
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

function part(headers: string, content: string | Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
}

const filePart = (content: string | Buffer, name = 'filename="a.txt"', field = "file") =>
  part(`Content-Disposition: form-data; name="${field}"; ${name}\r\nContent-Type: text/plain`, content);
const fieldPart = (name: string, value: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, value);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);

async function send(path: string, body: Buffer | string, type: string | undefined = TYPE) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: type === undefined ? {} : { "content-type": type },
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: response.status, body: await response.json() };
}

/** Sends the head and the first bytes of an upload. */
async function begin(path: string, length: number, first: Buffer): Promise<RawConnection> {
  const connection = await rawConnection(port);
  connection.send(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${TYPE}\r\ncontent-length: ${length}\r\n\r\n`,
  );
  connection.socket.write(first);
  return connection;
}

describe("an upload", () => {
  test.each([0, 1, 65_536, 65_537, MAX_BYTES])("of %i bytes arrives byte by byte", async (size) => {
    await start();
    const content = randomBytes(size);
    const body = Buffer.concat([fieldPart("purpose", "测试"), filePart(content), END]);
    expect(await send("/files", body)).toEqual({
      status: 200,
      body: {
        name: "a.txt",
        mediaType: "text/plain",
        fields: { purpose: "测试" },
        size,
        hash: createHash("sha256").update(content).digest("hex"),
      },
    });
  });

  test("may hold its own boundary's beginning, and text after its end is ignored", async () => {
    await start();
    const content = `\r\n--${BOUNDARY.slice(0, -1)}\r\n--\r\n--${BOUNDARY.slice(1)}`;
    const body = Buffer.concat([filePart(content), END, Buffer.from("epilogue"), randomBytes(100_000)]);
    expect(await send("/files", body)).toMatchObject({ status: 200, body: { size: content.length } });
  });

  test.each([
    ['filename="合同 1.txt"', "合同 1.txt"],
    ["filename*=UTF-8''%E5%90%88%E5%90%8C.txt", "合同.txt"],
    [`filename="x.txt"; filename*=utf-8''%E5%90%88.txt`, "x.txt"],
    ['filename="quote\\"d.txt"', 'quote"d.txt'],
    ['filename="%22.txt"', "%22.txt"],
    ['filename="../../etc/passwd"', "../../etc/passwd"],
    ['filename="C:\\\\temp\\\\a.txt"', "C:\\temp\\a.txt"],
    ['filename=""', ""],
  ])("keeps the name as it was written: %s", async (header, name) => {
    await start();
    expect(await send("/files", Buffer.concat([filePart("x", header), END]))).toMatchObject({
      status: 200,
      body: { name },
    });
  });

  test("keeps no more of a field named like a prototype than its text", async () => {
    await start();
    const reply = await send("/files", Buffer.concat([fieldPart("__proto__", "x"), filePart("y"), END]));
    expect(reply).toMatchObject({ status: 200, body: { name: "a.txt" } });
    expect(JSON.stringify(reply.body)).toContain('"fields":{"__proto__":"x"}');
  });
});

describe("a body is refused, and the next request is answered,", () => {
  const many = (count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, index) => fieldPart(`f${index}`, "x")));
  const longHeader = `X-Long: ${"x".repeat(20_000)}\r\nContent-Disposition: form-data; name="file"; filename="a"`;
  const cases: [string, Buffer | string, string | undefined, string, RegExp][] = [
    ["when it is JSON that says multipart", '{"file":"x"}', TYPE, "request_invalid", /damaged|no file/],
    [
      "when it is multipart that says JSON",
      Buffer.concat([filePart("x"), END]),
      "application/json",
      "request_invalid",
      /must be multipart/,
    ],
    ["without a boundary", filePart("x"), "multipart/form-data", "request_invalid", /must be multipart/],
    [
      "with an empty boundary",
      filePart("x"),
      "multipart/form-data; boundary=",
      "request_invalid",
      /boundary|damaged|no file/,
    ],
    ["with another boundary", filePart("x"), "multipart/form-data; boundary=y", "request_invalid", /damaged/],
    ["without anything", "", TYPE, "request_invalid", /damaged|no file/],
    ["without a file", Buffer.concat([fieldPart("file", "x"), END]), TYPE, "request_invalid", /has no file/],
    [
      "with the file in another part",
      Buffer.concat([filePart("x", 'filename="a"', "data"), END]),
      TYPE,
      "request_invalid",
      /part "file"/,
    ],
    [
      "with two files",
      Buffer.concat([filePart("x"), filePart("y"), END]),
      TYPE,
      "request_invalid",
      /more than one/,
    ],
    ["that ends early", filePart("x"), TYPE, "request_invalid", /ends early/],
    [
      "with too many fields",
      Buffer.concat([many(33), filePart("x"), END]),
      TYPE,
      "request_invalid",
      /too many/,
    ],
    [
      "with a long field",
      Buffer.concat([fieldPart("f", "x".repeat(70_000)), filePart("x"), END]),
      TYPE,
      "request_invalid",
      /too long/,
    ],
    [
      "with endless part headers",
      Buffer.concat([part(longHeader, "x"), END]),
      TYPE,
      "request_invalid",
      /no file/,
    ],
    [
      "that is too large",
      Buffer.concat([filePart(randomBytes(MAX_BYTES + 1)), END]),
      TYPE,
      "body_too_large",
      /larger than 300000/,
    ],
  ];
  test.each(cases)("%s", async (_name, body, type, code, message) => {
    await start();
    const reply = await send("/files", body, type);
    expect(reply).toEqual({ status: 418, body: { code, message: expect.stringMatching(message) } });
    expect(await send("/files", Buffer.concat([filePart("x"), END]))).toMatchObject({ status: 200 });
  });

  test("when it is compressed", async () => {
    await start();
    const response = await fetch(`${url}/files`, {
      method: "POST",
      headers: { "content-type": TYPE, "content-encoding": "gzip" },
      body: "x",
    });
    expect(await response.json()).toMatchObject({ code: "request_invalid" });
  });

  test("unread when its length alone says that it is too large", async () => {
    await start();
    const connection = await begin("/files", 10_000_000_000, filePart("x"));
    expect(await connection.response()).toMatchObject({ status: 418 });
    expect(bytesRead).toBe(0);
    connection.socket.destroy();
  });

  test.each(["/unread", "/never"])(
    "when the handler of %s does not want it, however much is still to come",
    async (path) => {
      await start();
      const rest = randomBytes(250_000);
      const whole = Buffer.concat([filePart(rest), END]);
      const connection = await begin(path, whole.length, whole.subarray(0, 100_000));
      expect(await connection.response()).toMatchObject({ status: 418 });
      connection.socket.write(whole.subarray(100_000));
      connection.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
      expect(await connection.response()).toMatchObject({ status: 200 });
      connection.socket.destroy();
    },
  );
});

describe("a client that", () => {
  test("goes away breaks the bytes off, and nothing is said to have failed", async () => {
    await start();
    const connection = await begin("/files", 200_000, filePart(randomBytes(100_000)));
    await eventually(() => expect(bytesRead).toBeGreaterThan(50_000));
    connection.socket.destroy();
    await eventually(() => expect(broken).toBeInstanceOf(Error));
    await eventually(() => expect(logs.at(-1)).toMatchObject({ msg: "request", end: "client_gone" }));
    expect(logs.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("stops sending is cut off", async () => {
    await start({ uploadStallMs: 200 });
    const connection = await begin("/files", 200_000, filePart("only this"));
    expect(await connection.response()).toMatchObject({ status: 408 });
    await connection.closed;
    await eventually(() => expect(broken).toBeInstanceOf(Error));
  });

  test("sends slowly but steadily may take longer than any other request", async () => {
    await start({ requestTimeoutMs: 300, uploadStallMs: 2_000 });
    const content = randomBytes(120_000);
    const whole = Buffer.concat([filePart(content), END]);
    const connection = await begin("/files", whole.length, whole.subarray(0, 20_000));
    const startedAt = performance.now();
    for (let sent = 20_000; sent < whole.length; sent += 20_000) {
      await eventually(() => expect(performance.now() - startedAt).toBeGreaterThan((sent / 20_000) * 100));
      connection.socket.write(whole.subarray(sent, sent + 20_000));
    }
    expect(await connection.response()).toMatchObject({ status: 200 });
    connection.socket.destroy();
  });

  test("trickles is cut off", async () => {
    await start({ requestTimeoutMs: 200, uploadStallMs: 400 });
    const connection = await begin("/files", 200_000, filePart("x").subarray(0, 40));
    const trickle = setInterval(() => connection.send("x"), 20);
    expect(await connection.response()).toMatchObject({ status: 408 });
    clearInterval(trickle);
    await connection.closed;
  });

  test("goes on sending after it was refused is cut off in the end", async () => {
    await start({ requestTimeoutMs: 200 });
    const connection = await begin("/never", 1_000_000_000, filePart("x"));
    expect(await connection.response()).toMatchObject({ status: 418 });
    const sending = setInterval(() => connection.send("x".repeat(10_000)), 10);
    await connection.closed;
    clearInterval(sending);
  });
});

test("a handler that reads slowly holds the client back", async () => {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server = createHttpServer();
  const handle = async (call: Call): Promise<Reply> => {
    const { bytes } = await call.upload({ field: "file", maxBytes: 1_000_000_000 });
    await released;
    for await (const chunk of bytes) bytesRead += chunk.length;
    return { kind: "json", body: { bytesRead } };
  };
  server.mount({
    ...mount,
    routes: [{ method: "POST", path: "/slow", body: "upload", access: "public", handle }],
  });
  ({ url, port } = await server.listen({ host: "127.0.0.1", port: 0 }));
  const whole = Buffer.concat([filePart(Buffer.alloc(64 * MEGABYTE)), END]);
  const connection = await begin("/slow", whole.length, Buffer.alloc(0));
  let taken = 0;
  for (let start = 0; start < whole.length; start += MEGABYTE) {
    const piece = whole.subarray(start, start + MEGABYTE);
    connection.socket.write(piece, () => {
      taken += piece.length;
    });
  }
  let seen = -1;
  let looks = 0;
  await eventually(() => {
    looks = taken > 0 && taken === seen ? looks + 1 : 0;
    seen = taken;
    return looks >= 30;
  });
  expect(taken).toBeLessThan(32 * MEGABYTE);
  release();
  const { chunks } = await connection.response();
  expect(JSON.parse(chunks.join(""))).toEqual({ bytesRead: 64 * MEGABYTE });
  connection.socket.destroy();
});
