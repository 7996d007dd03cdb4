import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { formatUuid } from "../../src/dialects/insight/ids.ts";
import { type InsightClient, insightClient } from "../../test/support/insight-client.ts";
import { endProcess } from "./child.ts";
import type { Cleanup } from "./cleanup.ts";

/** The one agent of the measured servers, the key that opens it, and the token of its owner. */
export const BENCH_AGENT = "bench";
export const BENCH_APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
export const BENCH_TOKEN = "pat_bench00000000000000000000000000000000000";

const PROGRAM = fileURLToPath(new URL("../../bin/antiphon.js", import.meta.url));

/** Nobody measures a limit by accident. */
const NO_LIMITS = {
  ANTIPHON_USER_TURNS_PER_MINUTE: "0",
  ANTIPHON_USER_CONCURRENT_TURNS: "0",
  ANTIPHON_KEY_TURNS_PER_MINUTE: "0",
  ANTIPHON_KEY_CONCURRENT_TURNS: "0",
  ANTIPHON_INSIGHT_REQUESTS_PER_SECOND: "0",
};

/** An Antiphon server as its users start it: `antiphon serve`, logging to a file. */
export interface AntiphonProcess {
  readonly pid: number;
  readonly url: string;
  /** Milliseconds from starting the process to the first 200 on `/readyz`. */
  readonly readyMs: number;
  /** 99th percentile of the event-loop delay since the last call, in milliseconds. */
  loopDelayMs(): Promise<number | undefined>;
  stop(): Promise<void>;
}

export interface AntiphonOptions {
  /** Made when missing; holds the data directory, the configuration and the log. */
  directory: string;
  /** Base URL of the model behind the agent; absent: no configuration file, the demo agent. */
  modelUrl?: string;
  environment?: Record<string, string>;
  execArguments?: string[];
}

/** Resolves when it is ready. Rejects with the end of its log when it ends first. */
export async function startAntiphon(cleanup: Cleanup, options: AntiphonOptions): Promise<AntiphonProcess> {
  const { directory, modelUrl } = options;
  mkdirSync(directory, { recursive: true });
  if (modelUrl !== undefined) writeFileSync(join(directory, "antiphon.yaml"), installation(modelUrl));
  const logPath = join(directory, "log");
  const log = openSync(logPath, "a");
  const startedAt = performance.now();
  const running = spawn(process.execPath, [...(options.execArguments ?? []), PROGRAM, "serve"], {
    cwd: directory,
    env: { ...ownEnvironment(), ANTIPHON_PORT: "0", ...NO_LIMITS, ...options.environment },
    stdio: ["ignore", "pipe", log],
  });
  const { stdout } = running;
  if (stdout === null) throw new Error("a pipe was asked for");
  closeSync(log);
  const stop = cleanup.add(() => endProcess(running));
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => {
      const found = / is ready at (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    running.once("error", reject);
    running.once("exit", (code) => reject(new Error(`antiphon ended (${code}): ${endOf(logPath)}`)));
  });
  await untilReady(url);
  const readyMs = performance.now() - startedAt;
  return { pid: running.pid ?? 0, url, readyMs, loopDelayMs: () => loopDelayMs(url), stop };
}

/** The id of the one agent, as the Coze Open API tells it. */
export async function findBotId(url: string): Promise<string> {
  const get = async (path: string) => {
    const { body } = await request(`${url}${path}`, { headers: { authorization: `Bearer ${BENCH_TOKEN}` } });
    const answer = (await body.json()) as { code: number; data: Record<string, { id: string }[]> };
    if (answer.code !== 0) throw new Error(`GET ${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  const { workspaces } = await get("/v1/workspaces");
  const { items } = await get(`/v1/bots?workspace_id=${workspaces?.[0]?.id}`);
  const [bot] = items ?? [];
  if (bot === undefined) throw new Error("the measured server has no published agent");
  return bot.id;
}

/** The one agent behind the Insight Open API, and a caller with an access key of its own. */
export async function openInsight(url: string): Promise<{ botId: string; caller: InsightClient }> {
  const response = await request(`${url}/api/access-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${BENCH_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "bench" }),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`POST /api/access-keys: ${text}`);
  const { accessKey, secret: accessKeySecret } = JSON.parse(text);
  const caller = insightClient({ url, accessKeyId: accessKey.keyId, accessKeySecret });
  return { botId: formatUuid("agent", Number(await findBotId(url))), caller };
}

/** What this process was started with, without what would configure a server. */
function ownEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANTIPHON_")));
}

function installation(modelUrl: string): string {
  return `models:
  - { name: bench, provider: openai-compatible, model: bench, baseUrl: "${modelUrl}" }
agents:
  - { slug: ${BENCH_AGENT}, name: bench, appKey: ${BENCH_APP_KEY}, prompt: You answer the questions of a benchmark. }
users:
  - { name: bench, role: owner, tokens: [{ token: ${BENCH_TOKEN}, scopes: [all] }] }
`;
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const { statusCode, body } = await request(`${url}/readyz`);
    await body.dump();
    if (statusCode === 200) return;
  }
}

async function loopDelayMs(url: string): Promise<number | undefined> {
  const { body } = await request(`${url}/metrics`);
  const seconds = /antiphon_event_loop_delay_seconds\{quantile="0\.99"\} (\S+)/.exec(await body.text())?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

function endOf(path: string): string {
  return readFileSync(path, "utf8").slice(-2_000);
}
