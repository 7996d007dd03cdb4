import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram } from "prom-client";
import { registers, registry } from "./registry.ts";

const turns = new Counter({
  name: "antiphon_turns_total",
  help: "Turns that ended, by dialect they were started through and final status.",
  labelNames: ["dialect", "status"],
  registers,
});
const runningTurns = new Gauge({
  name: "antiphon_running_turns",
  help: "Turns that run on this node now.",
  registers,
});
const firstTokenSeconds = new Histogram({
  name: "antiphon_turn_first_token_seconds",
  help: "Seconds from the start of a turn to its first text; turns without text are not in it.",
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32],
  registers,
});
const turnSeconds = new Histogram({
  name: "antiphon_turn_duration_seconds",
  help: "Seconds from the start of a turn to its end.",
  buckets: [0.1, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320],
  registers,
});
const tokens = new Counter({
  name: "antiphon_model_tokens_total",
  help: "Tokens sent to (direction in) and received from (out) models in turns, by model.",
  labelNames: ["model", "direction"],
  registers,
});
const modelFailures = new Counter({
  name: "antiphon_model_failures_total",
  help: "Turns that failed because their model did, after its retries, by model and kind of failure.",
  labelNames: ["model", "failure"],
  registers,
});
const openStreams = new Gauge({
  name: "antiphon_http_open_streams",
  help: "Streamed responses that are open now.",
  registers,
});
const slowReaders = new Counter({
  name: "antiphon_http_slow_readers_total",
  help: "Streams cut because their reader took nothing for too long.",
  registers,
});
const limitedRequests = new Counter({
  name: "antiphon_http_rate_limited_total",
  help: "Requests refused because their caller sent too many, by dialect.",
  labelNames: ["dialect"],
  registers,
});
const httpRequests = new Counter({
  name: "antiphon_http_requests_total",
  help: "Requests answered, by dialect, route pattern and class of status.",
  labelNames: ["dialect", "route", "status_class"],
  registers,
});
const httpRequestSeconds = new Histogram({
  name: "antiphon_http_request_duration_seconds",
  help: "Seconds from a request's head to the end of its response, by dialect and route; streams count in full.",
  labelNames: ["dialect", "route"],
  buckets: [0.005, 0.025, 0.1, 0.5, 2, 10, 60],
  registers,
});
const flushSeconds = new Histogram({
  name: "antiphon_storage_flush_seconds",
  help: "Seconds the disk took to make a group of commits durable.",
  buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
  registers,
});

const workflowRuns = new Counter({
  name: "antiphon_workflow_runs_total",
  help: "Runs of workflows that ended, or wait, by dialect and status; `running`: left to another process.",
  labelNames: ["dialect", "status"],
  registers,
});
const runningWorkflows = new Gauge({
  name: "antiphon_running_workflow_runs",
  help: "Runs of workflows that run on this node now.",
  registers,
});
const workflowSeconds = new Histogram({
  name: "antiphon_workflow_run_duration_seconds",
  help: "Seconds a run of a workflow ran until it ended, without the time it waited.",
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1_800],
  registers,
});
const workflowSteps = new Histogram({
  name: "antiphon_workflow_run_steps",
  help: "Nodes that a run of a workflow ran until it ended.",
  buckets: [1, 3, 10, 30, 100, 300, 1_000],
  registers,
});

/** A run began to run here, or goes on; `workflowRunEnded` must follow. */
export function workflowRunStarted(): void {
  runningWorkflows.inc();
}

/** A run no longer runs here: it ended, waits, or was left to another process. */
export function workflowRunEnded(run: {
  dialect: string;
  status: string;
  stepCount: number;
  activeMs: number;
}): void {
  const { dialect, status, stepCount, activeMs } = run;
  runningWorkflows.dec();
  workflowRuns.inc({ dialect, status });
  if (status === "running" || status === "waiting") return;
  workflowSeconds.observe(activeMs / 1000);
  workflowSteps.observe(stepCount);
}

/** A turn began to run; `turnEnded` must follow. */
export function turnStarted(): void {
  runningTurns.inc();
}

/** A turn's result is decided. `usage` times are milliseconds; `firstTokenMs` is 0 when there was no text. */
export function turnEnded(turn: {
  dialect: string;
  status: string;
  model: string;
  usage: { inputTokens: number; outputTokens: number; latencyMs: number; firstTokenMs: number };
}): void {
  const { dialect, status, model, usage } = turn;
  runningTurns.dec();
  turns.inc({ dialect, status });
  turnSeconds.observe(usage.latencyMs / 1000);
  if (usage.firstTokenMs > 0) firstTokenSeconds.observe(usage.firstTokenMs / 1000);
  tokensUsed(model, usage);
}

/** A model read and wrote tokens, for an answer or for follow-up questions. */
export function tokensUsed(model: string, used: { inputTokens: number; outputTokens: number }): void {
  tokens.inc({ model, direction: "in" }, used.inputTokens);
  tokens.inc({ model, direction: "out" }, used.outputTokens);
}

/** A turn failed because its model did, after the retries. */
export function modelFailed(model: string, failure: string): void {
  modelFailures.inc({ model, failure });
}

export function streamOpened(): void {
  openStreams.inc();
}

export function streamClosed(): void {
  openStreams.dec();
}

export function slowReaderDropped(): void {
  slowReaders.inc();
}

/** A request was refused by a rate limit. */
export function requestLimited(dialect: string): void {
  limitedRequests.inc({ dialect });
}

/** A response is over. `route` is the pattern, never the path as called. */
export function requestEnded(request: {
  dialect: string;
  route: string;
  status: number;
  durationMs: number;
}): void {
  const { dialect, route, status, durationMs } = request;
  httpRequests.inc({ dialect, route, status_class: `${Math.floor(status / 100)}xx` });
  httpRequestSeconds.observe({ dialect, route }, durationMs / 1000);
}

export function storageFlushed(durationMs: number): void {
  flushSeconds.observe(durationMs / 1000);
}

/** Everything counted so far, in Prometheus text format. */
export async function metricsText(): Promise<{ contentType: string; text: string }> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}

const LOOP_SAMPLE_MS = 20;
let loopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;

/** Begins to watch the event loop, for as long as the process lives or until the returned function is called. */
export function watchEventLoop(): () => void {
  loopDelay ??= monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  loopDelay.enable();
  return () => {
    loopDelay?.disable();
    loopDelay = undefined;
  };
}

new Gauge({
  name: "antiphon_event_loop_delay_seconds",
  help: "How late the event loop was since the metrics were last read: quantile 0.5, 0.99 and 1 (the worst).",
  labelNames: ["quantile"],
  registers,
  collect() {
    if (loopDelay === undefined || loopDelay.count === 0) return;
    this.set({ quantile: "0.5" }, loopDelaySeconds(loopDelay.percentile(50)));
    this.set({ quantile: "0.99" }, loopDelaySeconds(loopDelay.percentile(99)));
    this.set({ quantile: "1" }, loopDelaySeconds(loopDelay.max));
    loopDelay.reset();
  },
});

/** Node records the time from one sample to the next; what exceeds the sampling interval is delay. */
function loopDelaySeconds(sampleNs: number): number {
  return Math.max(0, sampleNs / 1e9 - LOOP_SAMPLE_MS / 1e3);
}

new Gauge({
  name: "antiphon_process_memory_bytes",
  help: "Memory of the process: resident (kind rss), JavaScript heap in use (heap_used), outside the heap (external).",
  labelNames: ["kind"],
  registers,
  collect() {
    const memory = process.memoryUsage();
    this.set({ kind: "rss" }, memory.rss);
    this.set({ kind: "heap_used" }, memory.heapUsed);
    this.set({ kind: "external" }, memory.external);
  },
});

new Counter({
  name: "antiphon_process_cpu_seconds_total",
  help: "CPU time of the process in seconds, by mode.",
  labelNames: ["mode"],
  registers,
  collect() {
    const { user, system } = process.cpuUsage();
    this.reset();
    this.inc({ mode: "user" }, user / 1e6);
    this.inc({ mode: "system" }, system / 1e6);
  },
});

new Gauge({
  name: "antiphon_process_start_time_seconds",
  help: "When the process started, in seconds since the Unix epoch.",
  registers,
}).set(Math.round(Date.now() / 1000 - process.uptime()));
