import { expect, test } from "vitest";
import { COZE_ENDPOINTS } from "../src/dialects/coze/index.ts";
import { CHAT_PERMISSIONS } from "../src/dialects/oauth/scope.ts";
import { TEXTS } from "../src/dialects/oauth/texts.ts";

const permissions = new Set(COZE_ENDPOINTS.flatMap(({ permissions }) => permissions));

test("the consent page has words for every permission that an endpoint asks for, and for no other", () => {
  expect(Object.keys(TEXTS.en.permission).sort()).toEqual([...permissions].sort());
});

test("what the SDKs ask for to chat is permissions that endpoints ask for", () => {
  for (const permission of CHAT_PERMISSIONS) expect(permissions).toContain(permission);
});
