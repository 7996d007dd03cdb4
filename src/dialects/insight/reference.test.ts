import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { INSIGHT_ROUTES } from "../../../test/support/insight-routes.ts";
import { INSIGHT_ENDPOINTS } from "./index.ts";
import { withEndpointTable } from "./reference.ts";

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
  const wanted = [...INSIGHT_ROUTES, ...linesOf(OURS)];
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
