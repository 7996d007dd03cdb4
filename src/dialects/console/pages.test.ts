import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpServer, type HttpServer } from "../../http/server.ts";
import { consolePages } from "./pages.ts";

let server: HttpServer;
let url: string;

beforeAll(async () => {
  server = createHttpServer();
  server.mount(consolePages({ files: { problem: "no <room> & no tools" }, publicUrl: undefined }));
  ({ url } = await server.listen({ host: "127.0.0.1", port: 0 }));
});
afterAll(() => server.close({ graceMs: 0 }));

test("where the pages could not be built, they say why", async () => {
  const response = await fetch(`${url}/console/agents`);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("no &lt;room> &amp; no tools");
});

test.each([
  ["/", "/console/"],
  ["/work_flow?execute_id=7&space_id=%E4%B8%AD", "/console/work_flow?execute_id=7&space_id=%E4%B8%AD"],
])("%s leads to the console", async (path, location) => {
  const response = await fetch(url + path, { redirect: "manual" });
  expect([response.status, response.headers.get("location")]).toEqual([302, location]);
});
