import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { DomainError } from "../domain/errors.ts";
import { parseJson } from "./body.ts";
import { createHttpServer, type HttpServer } from "./server.ts";

let server: HttpServer | undefined;

afterEach(() => server?.close({ graceMs: 0 }));

describe("a body of bytes", () => {
  async function post(body: Uint8Array<ArrayBuffer>, type: string) {
    server = createHttpServer();
    server.mount({
      name: "test",
      prefixes: [""],
      authenticate: async () => undefined,
      presentError: ({ code }: DomainError) => ({ kind: "json", status: 400, body: { code } }),
      routes: [
        {
          method: "POST",
          path: "/bytes",
          body: "bytes",
          maxBodyBytes: 1_000,
          access: "public",
          handle: async ({ body: bytes, headers }) => ({
            kind: "json",
            body: {
              base64: Buffer.isBuffer(bytes) ? bytes.toString("base64") : null,
              type: headers["content-type"],
            },
          }),
        },
      ],
    });
    const { url } = await server.listen({ host: "127.0.0.1", port: 0 });
    const response = await fetch(`${url}/bytes`, { method: "POST", headers: { "content-type": type }, body });
    return { status: response.status, body: await response.json() };
  }

  test.each(["application/json", "text/plain", "application/octet-stream"])(
    "called %s comes exactly as it was sent",
    async (type) => {
      const bytes = new Uint8Array(randomBytes(500));
      expect(await post(bytes, type)).toEqual({
        status: 200,
        body: { base64: Buffer.from(bytes).toString("base64"), type },
      });
    },
  );

  test("has the limit of its route", async () => {
    expect(await post(new Uint8Array(1_001), "application/json")).toEqual({
      status: 400,
      body: { code: "body_too_large" },
    });
  });
});

describe("JSON in bytes", () => {
  test("is read, also when there is none", () => {
    expect(parseJson(Buffer.from(' {"a":[1,"二"],"constructor":"x"} '))).toEqual({
      a: [1, "二"],
      constructor: "x",
    });
    expect(parseJson(Buffer.from(" \n"))).toBeUndefined();
  });

  test.each([
    ["broken", Buffer.from('{"a":'), "body_malformed"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "body_malformed"],
    ["nested too deep", Buffer.from("[".repeat(201) + "]".repeat(201)), "body_malformed"],
    ["reaching into prototypes", Buffer.from('{"a":{"__proto__":{}}}'), "request_invalid"],
    [
      "reaching into prototypes by a constructor",
      Buffer.from('{"constructor":{"prototype":{}}}'),
      "request_invalid",
    ],
  ])("is refused when it is %s", (_what, bytes, code) => {
    expect(() => parseJson(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
