import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { INSIGHT_ENDPOINTS } from "./index.ts";
import { withEndpointTable } from "./reference.ts";

/** Every inbound route of the inventory of the spec page (§0.1), read by hand, with its alias. */
const SPEC = `
POST /get-access-token
POST /bot/message
POST /bot/voice-call/start
POST /bot/voice-call/stop
GET /workflow/event/list
GET /workflow/history/list
POST /workflow/history/batch-add
POST /workflow/event/trigger
GET /knowledge-base/list
GET /knowledge-base/details
POST /knowledge-base/create
POST /knowledge-base/update
POST /knowledge-base/delete
GET /knowledge-base/doc/list
GET /knowledge-base/doc/details
POST /knowledge-base/doc/create
POST /knowledge-base/doc/update
POST /knowledge-base/doc/delete
POST /knowledge-base/doc/create-with-content
GET /knowledge-base/doc/paragraph/list
POST /knowledge-base/doc/paragraph/create
POST /knowledge-base/doc/paragraph/update
POST /knowledge-base/doc/paragraph/delete
POST /knowledge-base/web/create-with-content
POST /knowledge-base/web/create
POST /bot-message/feedback
`;

/** Ours, in the family's style: sessions, events that wait, adapters. Source: spec page of Insight §14. */
const OURS = `
GET /bot/session/details
POST /bot/session/handover
POST /bot/session/release
POST /workflow/event/cancel
GET /workflow/event/execution
POST /adapters/:endpointId/triggers
`;

const linesOf = (text: string) => text.trim().split("\n");
const routeOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test("docs/insight.md has the table that `npm run reference` writes", async () => {
  const page = await readFile(new URL("../../../docs/insight.md", import.meta.url), "utf8");
  expect(withEndpointTable(page, INSIGHT_ENDPOINTS)).toBe(page);
});

test("the table cannot be put into a page without a place for it", () => {
  expect(() => withEndpointTable("# Insight", [])).toThrow(/lacks/);
});

test("every route of the spec page is there once, and no other than ours", () => {
  const wanted = [...linesOf(SPEC), ...linesOf(OURS)];
  expect(INSIGHT_ENDPOINTS.map(routeOf).sort()).toEqual(wanted.sort());
});

test("exactly voice calls and knowledge bases are not there yet", () => {
  const later = INSIGHT_ENDPOINTS.filter(({ isSupported }) => !isSupported).map(routeOf);
  expect(later.every((route) => /voice-call|knowledge-base/.test(route))).toBe(true);
  expect(later).toHaveLength(19);
});

test("reading needs the smaller right where there are two", () => {
  for (const { method, path, access } of INSIGHT_ENDPOINTS) {
    if (!path.startsWith("/knowledge-base")) continue;
    expect([path, access]).toEqual([path, method === "GET" ? "knowledge:read" : "knowledge:write"]);
  }
});
