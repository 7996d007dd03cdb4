import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../test/support/antiphon.ts";
import { startUpstream, type Upstream } from "../../test/support/upstream.ts";
import { hashKey } from "../config/secrets.ts";
import { firstSteps } from "./first-steps.ts";

const KEY = "d5k2m8s7q1v3c9n4b6t0";
const TOKEN = "pat_of-the-first-steps";
let upstream: Upstream;
let antiphon: TestAntiphon;

beforeAll(async () => {
  upstream = await startUpstream({ reply: ["Word ", "by ", "word."] });
  antiphon = await startAntiphon({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", tokens: [{ token: TOKEN }] }],
      agents: [{ slug: "a", name: "A", appKey: KEY }],
    },
  });
});

afterAll(async () => {
  await antiphon.close();
  await upstream.close();
});

async function demo() {
  const agent = await antiphon.store.agents.findByKeyHash(hashKey(KEY));
  if (agent === undefined) throw new Error("there is no agent");
  return { agentId: agent.id, appKey: KEY };
}

async function paste(lines: string[]): Promise<string> {
  return (await promisify(execFile)("sh", ["-c", lines.join("\n")])).stdout;
}

test("the printed commands, pasted one after another into a shell, create, stream and stop", async () => {
  const stdout = await paste(firstSteps(antiphon.url, await demo()));
  const [conversationId, ...rest] = stdout.split("\n");
  expect(conversationId).toMatch(/^[0-9a-v]{20}$/);
  const streamed = rest.join("\n");
  expect(streamed).toContain('"answer":"Word "');
  expect(streamed).toContain('"event":"message_end"');
  expect(streamed.trimEnd()).toMatch(/\{"BaseResp":\{"StatusCode":0,"StatusMessage":"","Extra":\{\}\}\}$/);
});

test("with an access token the last command asks as an SDK of Coze does", async () => {
  const stdout = await paste(firstSteps(antiphon.url, { ...(await demo()), token: TOKEN }).slice(-1));
  expect(stdout).toMatch(/^event:conversation\.chat\.created\n/);
  expect(stdout).toContain('"content":"Word by word."');
  expect(stdout).toMatch(/event:done\ndata:"\[DONE\]"\n\n$/);
});
