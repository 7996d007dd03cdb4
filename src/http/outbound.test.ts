import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { createOutbound, type Outbound, type OutboundOptions, type OutboundRequest } from "./outbound.ts";

interface Target {
  url: string;
  port: number;
  server: Server;
  requests: IncomingMessage[];
  connections: number;
}

let closing: (() => unknown)[];
let outbound: Outbound;

beforeEach(() => {
  closing = [];
  outbound = newOutbound({ allowPrivate: ["127.0.0.0/8"] });
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

function newOutbound(options: OutboundOptions): Outbound {
  const created = createOutbound(options);
  closing.push(() => created.close());
  return created;
}

async function target(listener: RequestListener): Promise<Target> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const made: Target = { url: `http://127.0.0.1:${port}`, port, server, requests, connections: 0 };
  server.on("connection", () => {
    made.connections += 1;
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return made;
}

function get(url: string, overrides: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: "GET", url, timeoutMs: 10_000, maxResponseBytes: 1_000, ...overrides };
}

function refusal(reason: string): object {
  return expect.objectContaining({ name: "OutboundError", reason });
}

describe("a request", () => {
  test("sends method, headers and body, and returns all of the response", async () => {
    let received = "";
    const { url, requests } = await target((request, response) => {
      request.on("data", (data) => {
        received += data;
      });
      request.on("end", () => {
        response.writeHead(201, { "X-Thing": ["a", "b"], "Content-Type": "text/plain" }).end("回答");
      });
    });
    const response = await outbound.request(
      get(`${url}/path?q=1`, { method: "POST", body: "问题", headers: { "X-Signature": "s", Host: "evil" } }),
    );
    expect(response).toMatchObject({
      status: 201,
      headers: { "x-thing": "a, b", "content-type": "text/plain" },
      url: `${url}/path?q=1`,
      durationMs: expect.any(Number),
    });
    expect(response.body.toString()).toBe("回答");
    expect(received).toBe("问题");
    expect(requests[0]).toMatchObject({ method: "POST", url: "/path?q=1" });
    expect(requests[0]?.headers).toMatchObject({
      "x-signature": "s",
      host: new URL(url).host,
      "user-agent": "antiphon",
      "accept-encoding": "identity",
    });
  });

  test("connections are used again", async () => {
    const made = await target((_request, response) => response.end("ok"));
    for (let index = 0; index < 20; index++) await outbound.request(get(made.url));
    expect(made.connections).toBeLessThan(5);
  });

  test("what must not be done twice gets a connection of its own, and no second try", async () => {
    const made = await target((request, response) => {
      if (request.method === "POST") request.socket.destroy();
      else response.end("ok");
    });
    await outbound.request(get(made.url));
    await expect(outbound.request(get(made.url, { method: "POST", body: "x" }))).rejects.toEqual(
      refusal("connection"),
    );
    expect(made.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
    expect(made.connections).toBe(2);
  });
});

describe("where it may go", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/",
    "https://192.168.0.1/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
  ])("%s is refused", async (url) => {
    const guarded = newOutbound({ allowPrivate: [], resolve: async () => ["127.0.0.1"] });
    await expect(guarded.request(get(url))).rejects.toEqual(refusal("blocked_address"));
  });

  test("a name is refused when any of its addresses is, and no connection is made", async () => {
    const made = await target((_request, response) => response.end("reached"));
    const guarded = newOutbound({ allowPrivate: [], resolve: async () => ["8.8.8.8", "127.0.0.1"] });
    await expect(guarded.request(get(`http://two.example:${made.port}/`))).rejects.toEqual(
      refusal("blocked_address"),
    );
    expect(made.connections).toBe(0);
  });

  test("a name that changes its address after the check is not followed there", async () => {
    const allowed = await target((_request, response) => response.end("allowed"));
    const answers = ["127.0.0.2", "10.255.255.1"];
    let asked = 0;
    allowed.server.close();
    const pinned = createServer((_request, response) => response.end("pinned"));
    pinned.listen(allowed.port, "127.0.0.2");
    await once(pinned, "listening");
    closing.push(() => pinned.close());
    const guarded = newOutbound({
      allowPrivate: ["127.0.0.2/32"],
      resolve: async () => [answers[asked++] ?? "10.255.255.1"],
    });
    const url = `http://rebinding.example:${allowed.port}/`;
    const response = await guarded.request(get(url, { headers: { connection: "close" } }));
    expect(response.body.toString()).toBe("pinned");
    expect(asked).toBe(1);
    pinned.closeAllConnections();
    await eventually(async () => {
      await expect(guarded.request(get(url))).rejects.toEqual(refusal("blocked_address"));
    });
  });

  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "//example.com/",
    "/relative",
    "",
    "http://",
    "http://user:password@example.com/",
    "http://user@example.com/",
    "http://example.com:22/",
    "http://example.com:25/",
  ])("%j is not a URL to request", async (url) => {
    await expect(outbound.request(get(url))).rejects.toEqual(refusal("bad_url"));
  });

  test("a header that would break out of its line is refused", async () => {
    const { url, requests } = await target((_request, response) => response.end());
    await expect(outbound.request(get(url, { headers: { a: "b\r\nx: y" } }))).rejects.toEqual(
      refusal("bad_url"),
    );
    expect(requests).toEqual([]);
  });
});

describe("redirects", () => {
  test("are responses like any other unless they are asked for", async () => {
    const { url } = await target((_request, response) =>
      response.writeHead(302, { location: "/next" }).end(),
    );
    expect(await outbound.request(get(url))).toMatchObject({ status: 302, headers: { location: "/next" } });
  });

  test("into refused addresses are refused", async () => {
    const made = await target((_request, response) =>
      response.writeHead(302, { location: "http://169.254.169.254/latest" }).end(),
    );
    const guarded = newOutbound({ allowPrivate: ["127.0.0.1/32"] });
    await expect(guarded.request(get(made.url, { maxRedirects: 3 }))).rejects.toEqual(
      refusal("blocked_address"),
    );
  });

  test("into other schemes are refused, and so are endless ones", async () => {
    const toFile = await target((_request, response) =>
      response.writeHead(302, { location: "file:///x" }).end(),
    );
    await expect(outbound.request(get(toFile.url, { maxRedirects: 3 }))).rejects.toEqual(refusal("bad_url"));
    const endless = await target((_request, response) =>
      response.writeHead(302, { location: "/again" }).end(),
    );
    await expect(outbound.request(get(endless.url, { maxRedirects: 3 }))).rejects.toEqual(
      refusal("redirect"),
    );
    expect(endless.requests).toHaveLength(4);
  });

  test("to another origin leave every credential behind; within one they keep it", async () => {
    const last = await target((_request, response) => response.end("arrived"));
    const first = await target((request, response) => {
      const location = request.url === "/start" ? "/second" : `${last.url}/end`;
      response.writeHead(307, { location }).end();
    });
    const headers = { authorization: "Bearer t", cookie: "c=1", "x-api-key": "k", accept: "text/plain" };
    const response = await outbound.request(
      get(`${first.url}/start`, { method: "POST", body: "x", headers, maxRedirects: 2 }),
    );
    expect(response.url).toBe(`${last.url}/end`);
    expect(first.requests[1]?.headers).toMatchObject(headers);
    expect(last.requests[0]).toMatchObject({ method: "POST", headers: { accept: "text/plain" } });
    expect(last.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(last.requests[0]?.headers).not.toHaveProperty("cookie");
    expect(last.requests[0]?.headers).not.toHaveProperty("x-api-key");
  });

  test("after a POST with 303 a GET without a body follows", async () => {
    const made = await target((request, response) => {
      if (request.url === "/") response.writeHead(303, { location: "/result" }).end();
      else response.end("done");
    });
    await outbound.request(
      get(made.url, {
        method: "POST",
        body: "x",
        headers: { "content-type": "text/plain" },
        maxRedirects: 1,
      }),
    );
    expect(made.requests[1]).toMatchObject({ method: "GET", url: "/result" });
    expect(made.requests[1]?.headers).not.toHaveProperty("content-type");
    expect(made.requests[1]?.headers).not.toHaveProperty("content-length");
  });
});

describe("limits", () => {
  test("a response that is too large is cut off, whether it says so or not", async () => {
    let isCut = false;
    const made = await target((request, response) => {
      response.once("close", () => {
        isCut = !response.writableFinished;
      });
      if (request.url === "/announced") response.setHeader("content-length", 1_000_000);
      const pour = () => {
        while (response.write("x".repeat(1000))) {}
      };
      response.on("drain", pour);
      pour();
    });
    for (const path of ["/announced", "/endless"]) {
      isCut = false;
      await expect(outbound.request(get(made.url + path))).rejects.toEqual(refusal("too_large"));
      await eventually(() => isCut);
    }
  });

  test("a response of just the limit is taken", async () => {
    const { url } = await target((_request, response) => response.end("x".repeat(1_000)));
    expect((await outbound.request(get(url))).body).toHaveLength(1_000);
  });

  test("a compressed bomb stays compressed", async () => {
    const bomb = gzipSync(Buffer.alloc(500_000));
    const { url } = await target((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    const response = await outbound.request(get(url));
    expect(response.body).toEqual(bomb);
  });

  test("the time covers a server that never answers and one that never ends", async () => {
    const { url } = await target((request, response) => {
      if (request.url === "/drip") response.write("x");
    });
    await expect(outbound.request(get(url, { timeoutMs: 50 }))).rejects.toEqual(refusal("timeout"));
    await expect(outbound.request(get(`${url}/drip`, { timeoutMs: 50 }))).rejects.toEqual(refusal("timeout"));
  });

  test("the time covers a resolver that never answers", async () => {
    const guarded = newOutbound({ allowPrivate: [], resolve: () => new Promise(() => {}) });
    await expect(guarded.request(get("http://slow.example/", { timeoutMs: 50 }))).rejects.toEqual(
      refusal("timeout"),
    );
  });

  test("aborting closes the connection at once", async () => {
    let isGone = false;
    const made = await target((_request, response) => {
      response.write("x");
      response.once("close", () => {
        isGone = true;
      });
    });
    const abort = new AbortController();
    const pending = outbound.request(get(made.url, { signal: abort.signal }));
    await eventually(() => made.requests.length === 1);
    abort.abort();
    await expect(pending).rejects.toEqual(refusal("aborted"));
    await eventually(() => isGone);
    await expect(outbound.request(get(made.url, { signal: abort.signal }))).rejects.toEqual(
      refusal("aborted"),
    );
  });
});

describe("failures", () => {
  test("are told apart", async () => {
    const made = await target((_request, response) => response.end("plain"));
    await expect(outbound.request(get(`https://127.0.0.1:${made.port}/`))).rejects.toEqual(refusal("tls"));
    const hangsUp = await target((request) => request.socket.destroy());
    await expect(outbound.request(get(hangsUp.url))).rejects.toEqual(refusal("connection"));
    const unresolved = newOutbound({
      allowPrivate: [],
      resolve: () => Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" })),
    });
    await expect(unresolved.request(get("http://nowhere.example/"))).rejects.toEqual(refusal("dns"));
    const empty = newOutbound({ allowPrivate: [], resolve: async () => [] });
    await expect(empty.request(get("http://nowhere.example/"))).rejects.toEqual(refusal("dns"));
    made.server.closeAllConnections();
    await new Promise((resolve) => made.server.close(resolve));
    await expect(outbound.request(get(made.url))).rejects.toEqual(refusal("connection"));
  });

  test("tell nobody what a name was resolved to", async () => {
    const guarded = newOutbound({ allowPrivate: [], resolve: async () => ["10.9.8.7"] });
    const error: unknown = await guarded
      .request(get("http://internal.example/"))
      .catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain("10.9.8.7");
  });
});
