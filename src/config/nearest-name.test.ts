import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

it.each([
  ["nmae", "name"],
  ["modle", "model"],
  ["baseURL", "baseUrl"],
  ["prompts", "prompt"],
  ["deepsek", "deepseek"],
])("finds what %s was meant to be", (slip, meant) => {
  expect(nearestName(slip, ["slug", "name", "model", "baseUrl", "prompt", "deepseek"])).toBe(meant);
});

it("finds nothing for a name that resembles none", () => {
  expect(nearestName("temperature", ["slug", "name", "model"])).toBeUndefined();
});
