import { afterEach, expect, test } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import { chatLog, configureLogging, httpLog, storageLog } from "./logger.ts";

afterEach(() => configureLogging({ level: "silent" }));

test("a line is one JSON object with level, time, room and the fields given", () => {
  const lines = captureLogs("info");
  httpLog.info({ requestId: "r" }, "request");
  storageLog.warn({}, "slow flush");
  expect(lines).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      room: "http",
      requestId: "r",
      msg: "request",
    },
    { level: "warn", time: expect.any(String), room: "storage", msg: "slow flush" },
  ]);
});

test("what is below the level is not written, and the level can change", () => {
  const lines = captureLogs("warn");
  chatLog.info({}, "turn ended");
  expect(lines).toEqual([]);
  const more = captureLogs("debug");
  chatLog.debug({}, "turn ended");
  expect(more).toHaveLength(1);
});

test("credentials that get into a line by mistake are blacked out", () => {
  const lines = captureLogs();
  httpLog.info(
    {
      headers: { authorization: "Bearer hush", apikey: "hush", cookie: "hush" },
      body: { AppKey: "hush", secret: "hush" },
      token: "hush",
      apiKey: "hush",
    },
    "careless",
  );
  expect(JSON.stringify(lines)).not.toContain("hush");
  expect(lines[0]).toMatchObject({ token: "[redacted]" });
});
