import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NameServer } from "../../test/support/name-server.ts";
import { Connections } from "./connections.ts";
import { createOutbound, type Exchange, type OutboundOptions } from "./outbound.ts";
import { createResolver } from "./resolver.ts";

let closing: (() => unknown)[];
let names: NameServer;
/** TCP sockets this process began to open, of whatever kind. */
let socketsOpened: number;
const countSocket = () => {
  socketsOpened += 1;
};

beforeEach(async () => {
  names = await NameServer.start();
  closing = [() => names.close()];
  socketsOpened = 0;
  subscribe("net.client.socket", countSocket);
});

afterEach(async () => {
  unsubscribe("net.client.socket", countSocket);
  for (const close of closing.reverse()) await close();
});

/** A client that asks the test's name server. */
function client(options: Partial<OutboundOptions> = {}): (url: string) => Promise<Exchange> {
  const outbound = createOutbound({
    allowPrivate: [],
    resolve: createResolver({ servers: [names.address], hostsFile: "/nowhere" }),
    ...options,
  });
  closing.push(() => outbound.close());
  return (url) =>
    outbound.exchange({
      method: "POST",
      url,
      body: "{}",
      headers: { connection: "close" },
      timeoutMs: 10_000,
      keepBytes: 100,
      readBytes: 100,
    });
}

async function serving(
  host: string,
  port = 0,
): Promise<{ port: number; server: Server; connections: () => number }> {
  let count = 0;
  const server = createServer((_request, response) => response.setHeader("connection", "close").end(host));
  server.on("connection", () => {
    count += 1;
  });
  server.listen(port, host);
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server, connections: () => count };
}

/** Every one leads to this machine or to a network of its own, if one lets it. */
const SPELLINGS = [
  ...["127.0.0.1", "127.1", "127.0.1", "127.255.255.255", "127.0.0.1.", "0", "0.0.0.0", "0.0.0.1"],
  ...["2130706433", "017700000001", "0x7f000001", "0x7F.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "0177.0x0.1"],
  ...["00000177.0.0.1", "127.0x0.0.1", "127.0.0.01", "4294967295", "0xffffffff", "037777777777"],
  ...[
    "①②⑦.⓪.⓪.①",
    "１２７.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "%31%32%37.0.0.1",
    "127.0.0%2e1",
  ],
  ...[
    "10.0.0.1",
    "10.1",
    "167772161",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "0xc0a80001",
  ],
  ...["100.64.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"],
  ...[
    "100.100.100.200",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
  ],
  ...["224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::127.0.0.1]", "[::7f00:1]", "[::10.0.0.1]"],
  ...["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:a9fe:a9fe]"],
  ...["[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::127.0.0.1]"],
  ...["[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2001:db8::1]"],
  ...["[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]"],
  ...["[ff02::1]", "[100::1]", "[5f00::1]", "[3fff::1]", "[4000::1]", "[e000::1]"],
  ...["localhost", "LOCALHOST", "localhost.", "app.localhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"],
];

describe("F27: a forbidden address", () => {
  test("is written here in more than sixty ways", () => {
    expect(new Set(SPELLINGS).size).toBe(SPELLINGS.length);
    expect(SPELLINGS.length).toBeGreaterThan(60);
  });

  test.each(SPELLINGS)("written %s is refused without a socket", async (host) => {
    const { port, connections } = await serving("127.0.0.1");
    const send = client();
    for (const url of [`http://${host}:${port}/`, `https://${host}:${port}/`, `http://${host}/`]) {
      const { failure, status } = await send(url);
      expect(status).toBeUndefined();
      expect(["blocked_address", "bad_url"]).toContain(failure?.code);
    }
    expect([socketsOpened, connections()]).toEqual([0, 0]);
  });

  test.each([
    ["loopback", ["127.0.0.1"]],
    ["private", ["10.0.0.1"]],
    ["metadata", ["169.254.169.254"]],
    ["metadata of IPv6", ["fd00:ec2::254"]],
    ["mapped loopback", ["::ffff:7f00:1"]],
    ["NAT64 of private", ["64:ff9b::a00:1"]],
    ["public and loopback", ["8.8.8.8", "127.0.0.1"]],
    ["loopback and public", ["127.0.0.1", "8.8.8.8"]],
    ["public IPv4 and loopback IPv6", ["8.8.8.8", "::1"]],
    ["public IPv6 and private IPv4", ["2606:4700::1111", "192.168.0.1"]],
  ])("behind a name (%s) is refused without a socket", async (_what, addresses) => {
    names.set("name.example", { addresses });
    const { failure } = await client()("http://name.example:8080/");
    expect(failure).toMatchObject({ code: "blocked_address" });
    expect(failure?.message).not.toMatch(/\d/);
    expect(socketsOpened).toBe(0);
  });

  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://user@example.com/",
    "http://:secret@example.com/",
    "https://example.com:22/",
    "https://example.com:0/",
    "https:///",
    "https://",
    "//example.com/",
    `https://${"a.".repeat(127)}example.com/`,
    "https://exa mple.com/",
    "https://[::1/",
  ])("is not looked for in %s", async (url) => {
    const { failure } = await client()(url);
    expect(failure).toMatchObject({ code: "bad_url" });
    expect([socketsOpened, names.questions]).toEqual([0, []]);
  });
});

describe("F26: a name that changes its address", () => {
  test("is followed only to addresses that were checked: the forbidden answer opens no socket", async () => {
    const allowed = await serving("127.0.0.2");
    const forbidden = await serving("127.0.0.1", allowed.port);
    const answers = [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.2"]];
    names.set("rebinding.example", ...answers.map((addresses) => ({ addresses, ttlSeconds: 0 })));
    const send = client({ allowPrivate: ["127.0.0.2/32"] });
    const url = `http://rebinding.example:${allowed.port}/`;
    expect(await send(url)).toMatchObject({ status: 200, remoteAddress: "127.0.0.2" });
    expect(names.questions).toEqual(["rebinding.example A", "rebinding.example AAAA"]);
    expect(socketsOpened).toBe(1);
    expect((await send(url)).failure?.code).toBe("blocked_address");
    expect((await send(url)).failure?.code).toBe("blocked_address");
    expect(socketsOpened).toBe(1);
    expect(await send(url)).toMatchObject({ status: 200, remoteAddress: "127.0.0.2" });
    expect([allowed.connections(), forbidden.connections()]).toEqual([2, 0]);
  });

  test("is asked once for each connection, so nothing can change between the check and the use", async () => {
    const { port } = await serving("127.0.0.2");
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ["127.0.0.2"] : ["127.0.0.1"]);
    const { remoteAddress } = await client({ allowPrivate: ["127.0.0.2/32"], resolve })(
      `http://x.example:${port}/`,
    );
    expect([asked, remoteAddress]).toEqual([1, "127.0.0.2"]);
  });

  test("is looked at again when the connection stands", async () => {
    const { port, connections } = await serving("127.0.0.1");
    let judged = 0;
    const pool = new Connections({
      judge: () => (judged++ === 0 ? "listed" : "refused"),
      resolve: async () => ["127.0.0.1"],
      allowHttp: true,
    });
    closing.push(() => pool.close());
    const taken = pool.take(new URL(`http://x.example:${port}/`), {
      mayReuse: true,
      timings: {},
      signal: new AbortController().signal,
    });
    await expect(taken).rejects.toMatchObject({ code: "blocked_address" });
    expect([judged, connections()]).toEqual([2, 1]);
  });
});

describe("F28: a network that is let through", () => {
  test("is the only one: others of the same kind, and metadata services inside it, are not", async () => {
    const { port } = await serving("127.0.0.1");
    const send = client({ allowPrivate: ["127.0.0.1/32", "169.254.0.0/16", "fd00::/8", "100.64.0.0/10"] });
    for (const [name, addresses] of Object.entries({
      "loopback.example": ["127.0.0.1"],
      "other.example": ["127.0.0.2"],
      "private.example": ["10.0.0.1"],
      "metadata.example": ["169.254.169.254"],
      "aws.example": ["fd00:ec2::254"],
      "alibaba.example": ["100.100.100.200"],
    })) {
      names.set(name, { addresses });
    }
    expect(await send(`http://loopback.example:${port}/`)).toMatchObject({ status: 200 });
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
    socketsOpened = 0;
    const refused = ["other", "private", "metadata", "aws", "alibaba"].map(
      (name) => `http://${name}.example:${port}/`,
    );
    for (const url of [
      ...refused,
      "http://169.254.169.254/",
      "http://[fd00:ec2::254]/",
      "http://100.100.100.200/",
    ]) {
      expect((await send(url)).failure?.code).toBe("blocked_address");
    }
    expect(socketsOpened).toBe(0);
  });

  test("may be reached without TLS where public addresses may not", async () => {
    const { port } = await serving("127.0.0.1");
    names.set("mixed.example", { addresses: ["127.0.0.1", "8.8.8.8"] });
    const send = client({ allowPrivate: ["127.0.0.1/32"], allowHttp: false });
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
    socketsOpened = 0;
    expect((await send("http://8.8.8.8/")).failure?.code).toBe("http_not_allowed");
    expect((await send(`http://mixed.example:${port}/`)).failure?.code).toBe("http_not_allowed");
    expect(socketsOpened).toBe(0);
  });
});
