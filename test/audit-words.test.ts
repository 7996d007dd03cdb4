import { expect, test } from "vitest";
import { AUDIT_WORDS, wordsOfAction } from "../console/src/scenes/settings/audit-words.ts";
import { RECORDED_COMMANDS } from "../src/cli/audit.ts";
import { isRecorded as isRecordedOperation } from "../src/dialects/console/audit-trail.ts";
import { CONSOLE_OPERATIONS } from "../src/dialects/console/index.ts";
import { isRecorded as isRecordedEndpoint } from "../src/dialects/coze/audit-trail.ts";
import { COZE_ENDPOINTS } from "../src/dialects/coze/index.ts";
import { AGREEMENTS } from "../src/dialects/oauth/consent.ts";

/** No app is ever found, so nothing ever happens to one. */
const NEVER = /^\/v1\/apps\//;

test("the audit log has words in both languages for everything it may tell of, and for nothing else", () => {
  const operations = CONSOLE_OPERATIONS.filter(({ role }) => role !== "public")
    .filter(isRecordedOperation)
    .map(({ method, path }) => `${method} ${path}`);
  const endpoints = COZE_ENDPOINTS.filter(
    ({ path, isSupported }) => isSupported && !NEVER.test(path),
  ).flatMap(({ methods, path }) =>
    methods.filter((method) => isRecordedEndpoint(method, path)).map((method) => `${method} ${path}`),
  );
  const commands = RECORDED_COMMANDS.map((command) => `antiphon ${command}`);
  const told = ["POST /setup", ...AGREEMENTS, ...operations, ...endpoints, ...commands];
  expect(Object.keys(AUDIT_WORDS).sort()).toEqual(told.sort());
  for (const [english, chinese] of Object.values(AUDIT_WORDS)) {
    expect(english).toMatch(/^[A-Z][\w ]+$/);
    expect(chinese).toMatch(/\p{Script=Han}/u);
  }
});

test("words follow the language of the page, and an unknown operation has none", () => {
  expect(wordsOfAction("POST /agents/:agentId/publish", "en")).toBe("Published an agent");
  expect(wordsOfAction("POST /agents/:agentId/publish", "zh")).toBe("发布了智能体");
  expect(wordsOfAction("POST /what-is-to-come", "zh")).toBeUndefined();
});
