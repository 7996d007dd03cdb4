import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../test/support/antiphon.ts";
import { startUpstream, type Upstream } from "../../test/support/upstream.ts";
import { firstSteps } from "./first-steps.ts";

const KEY = "d5k2m8s7q1v3c9n4b6t0";
let upstream: Upstream;
let antiphon: TestAntiphon;

beforeAll(async () => {
  upstream = await startUpstream({ reply: ["Word ", "by ", "word."] });
  antiphon = await startAntiphon({
    file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
  });
});

afterAll(async () => {
  await antiphon.close();
  await upstream.close();
});

test("the printed commands, pasted one after another into a shell, create, stream and stop", async () => {
  const script = firstSteps(antiphon.url, KEY).join("\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", script]);
  const [conversationId, ...rest] = stdout.split("\n");
  expect(conversationId).toMatch(/^[0-9a-v]{20}$/);
  const streamed = rest.join("\n");
  expect(streamed).toContain('"answer":"Word "');
  expect(streamed).toContain('"event":"message_end"');
  expect(streamed.trimEnd()).toMatch(/\{"BaseResp":\{"StatusCode":0,"StatusMessage":"","Extra":\{\}\}\}$/);
});
