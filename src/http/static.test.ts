import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call } from "./route.ts";
import { createHttpServer, type HttpServer } from "./server.ts";
import { StaticFiles } from "./static.ts";

const SCRIPT = `export const long = "${"antiphon ".repeat(200)}";`;

describe("files of a folder", () => {
  let root: string;
  let server: HttpServer;
  let url: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "antiphon-static-"));
    const folder = join(root, "public");
    await mkdir(join(folder, "assets"), { recursive: true });
    await writeFile(join(root, "secret.js"), "secret");
    await writeFile(join(folder, "assets/a-1.js"), SCRIPT);
    await writeFile(join(folder, "assets/a-1.js.br"), brotliCompressSync(SCRIPT));
    await writeFile(join(folder, "assets/a-1.js.gz"), gzipSync(SCRIPT));
    await writeFile(join(folder, "plain.css"), "a{}");
    await writeFile(join(folder, "notes.unknown"), "x");
    const files = await StaticFiles.open(folder, "v7");
    await writeFile(join(folder, "late.js"), "came later");
    server = createHttpServer();
    server.mount({
      name: "test",
      prefixes: ["/files"],
      routes: [
        {
          method: "GET",
          path: "/*",
          access: "public",
          async handle(call: Call) {
            const name = call.params["*"] ?? "";
            const file = await files.reply(call, name, { isHashed: name.startsWith("assets/") });
            return file ?? { kind: "json", status: 404, body: {} };
          },
        },
      ],
      authenticate: async () => undefined,
      presentError: () => ({ kind: "json", status: 500, body: {} }),
    });
    ({ url } = await server.listen({ host: "127.0.0.1", port: 0 }));
  });
  afterAll(async () => {
    await server.close({ graceMs: 0 });
    await rm(root, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`${url}/files/${path}`, { method, headers: { "accept-encoding": "identity", ...headers } });

  test("are kept for a year where their names change with their content, and asked for again elsewhere", async () => {
    const hashed = await get("assets/a-1.js");
    expect(await hashed.text()).toBe(SCRIPT);
    expect(hashed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(hashed.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(hashed.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await get("plain.css")).headers.get("cache-control")).toBe("no-cache");
  });

  test.each([
    ["br, gzip", "br"],
    ["gzip;q=0.5, br;q=0", "gzip"],
    ["GZIP", "gzip"],
    ["deflate", null],
  ])("come compressed as the client takes them: %s", async (accepted, coding) => {
    const response = await get("assets/a-1.js", { "accept-encoding": accepted });
    expect(response.headers.get("content-encoding")).toBe(coding);
    expect(response.headers.get("vary")).toBe("accept-encoding");
    expect(await response.text()).toBe(SCRIPT);
  });

  test("that the client has are not sent again", async () => {
    const { headers } = await get("plain.css");
    const tag = headers.get("etag") ?? "";
    const again = await get("plain.css", { "if-none-match": `"other", ${tag}` });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("are described to who asks for the head", async () => {
    const response = await get("assets/a-1.js", {}, "HEAD");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-length")).toBe(String(SCRIPT.length));
  });

  test.each([
    "../secret.js",
    "..%2fsecret.js",
    "%2e%2e/secret.js",
    "assets/..%2f..%2fsecret.js",
    "..%5csecret.js",
    "/etc/passwd",
    "assets",
    "late.js",
    "notes.unknown",
    "assets/a-1.js%00.css",
    "assets/a-1.js.br",
  ])("are the only ones there are: %s is none", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("secret");
  });
});
