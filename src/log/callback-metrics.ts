import { Counter, Gauge, Histogram } from "prom-client";
import { registers } from "./registry.ts";

const callbackLag = new Histogram({
  name: "antiphon_callback_due_lag_seconds",
  help: "Seconds from the time a delivery was due to its attempt, by lane: fast, or slow (new, slow or broken endpoints).",
  labelNames: ["lane"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600],
  registers,
});
const callbackAttempts = new Counter({
  name: "antiphon_callback_attempts_total",
  help: "Attempts to deliver that ended, by outcome and class of status (none: no answer).",
  labelNames: ["outcome", "code_class"],
  registers,
});
const callbackAttemptSeconds = new Histogram({
  name: "antiphon_callback_attempt_seconds",
  help: "Seconds an attempt to deliver took.",
  buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30],
  registers,
});
const callbackBlocked = new Counter({
  name: "antiphon_callback_blocked_address_total",
  help: "Attempts that were refused because their address may not be reached from here.",
  registers,
});
const callbackSyncSeconds = new Histogram({
  name: "antiphon_callback_sync_seconds",
  help: "Seconds an endpoint took that somebody waited for (channel audits).",
  buckets: [0.025, 0.1, 0.25, 0.5, 1, 2, 5, 10],
  registers,
});
const callbackGroupSize = new Histogram({
  name: "antiphon_callback_group_commit_size",
  help: "Results of attempts that were stored in one transaction.",
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  registers,
});

const callbackMismatches = new Counter({
  name: "antiphon_callback_body_mismatches_total",
  help: "Bodies of events that did not fit their schema in the catalogue, by type; one body in a hundred is compared.",
  labelNames: ["type"],
  registers,
});

/** The body of an event does not fit its schema. */
export function callbackBodyMismatched(type: string): void {
  callbackMismatches.inc({ type });
}

/** An attempt to deliver began. `lane`: whether its endpoint is held back just now. */
export function callbackAttemptStarted(attempt: { lane: "fast" | "slow"; lagSeconds: number }): void {
  callbackLag.observe({ lane: attempt.lane }, Math.max(0, attempt.lagSeconds));
}

/** An attempt to deliver is over. */
export function callbackAttemptEnded(attempt: {
  outcome: string;
  errorCode: string;
  status?: number;
  timings: { total?: number };
}): void {
  const { outcome, errorCode, status, timings } = attempt;
  const codeClass = status === undefined ? "none" : `${Math.floor(status / 100)}xx`;
  callbackAttempts.inc({ outcome, code_class: codeClass });
  if (timings.total !== undefined) callbackAttemptSeconds.observe(timings.total / 1000);
  if (errorCode === "blocked_address") callbackBlocked.inc();
}

/** A question that somebody waited for is over. */
export function callbackAsked(seconds: number): void {
  callbackSyncSeconds.observe(seconds);
}

export function callbackResultsStored(count: number): void {
  callbackGroupSize.observe(count);
}

/** What there is to see of a delivery engine at any time. */
export interface CallbackGauges {
  /** Of this node. `unstored`: results that the store has not taken yet. */
  counts(): { fast: number; slow: number; openBreakers: number; unstored: number };
  /** Of the whole installation. */
  waiting(): Promise<{ pending: number; held: number; oldestDueAt?: Date }>;
}

const watched = new Set<CallbackGauges>();

/** Shows an engine in the metrics until the returned function is called. */
export function watchCallbacks(gauges: CallbackGauges): () => void {
  watched.add(gauges);
  return () => watched.delete(gauges);
}

function countsNow(): ReturnType<CallbackGauges["counts"]> {
  const all = [...watched].map((engine) => engine.counts());
  return {
    fast: sum(all.map(({ fast }) => fast)),
    slow: sum(all.map(({ slow }) => slow)),
    openBreakers: sum(all.map(({ openBreakers }) => openBreakers)),
    unstored: sum(all.map(({ unstored }) => unstored)),
  };
}

type Waiting = Awaited<ReturnType<CallbackGauges["waiting"]>>;
let asking: Promise<Waiting[]> | undefined;

/** Asked once for all figures of one reading. */
function waitingNow(): Promise<Waiting[]> {
  asking ??= askAll().finally(() => {
    asking = undefined;
  });
  return asking;
}

/** A store that cannot answer is told of by /readyz; the other figures are still worth having. */
async function askAll(): Promise<Waiting[]> {
  const answers = await Promise.allSettled([...watched].map((engine) => engine.waiting()));
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

new Gauge({
  name: "antiphon_callback_inflight",
  help: "Attempts under way, by the budget they are charged to: fast, or slow after two seconds.",
  labelNames: ["budget"],
  registers,
  collect() {
    const { fast, slow } = countsNow();
    this.set({ budget: "fast" }, fast);
    this.set({ budget: "slow" }, slow);
  },
});

new Gauge({
  name: "antiphon_callback_breaker_open",
  help: "Endpoints that nothing is sent to just now, because they failed too often.",
  registers,
  collect() {
    this.set(countsNow().openBreakers);
  },
});

new Gauge({
  name: "antiphon_callback_unstored_results",
  help: "Results of attempts that the store has not taken yet.",
  registers,
  collect() {
    this.set(countsNow().unstored);
  },
});

new Gauge({
  name: "antiphon_callback_pending",
  help: "Deliveries that are due or wait for their next attempt, in the whole installation.",
  registers,
  async collect() {
    this.set(sum((await waitingNow()).map(({ pending }) => pending)));
  },
});

new Gauge({
  name: "antiphon_callback_held",
  help: "Deliveries that wait for somebody to decide about their disabled endpoint, in the whole installation.",
  registers,
  async collect() {
    this.set(sum((await waitingNow()).map(({ held }) => held)));
  },
});

new Gauge({
  name: "antiphon_callback_oldest_pending_seconds",
  help: "For how long the oldest pending delivery has been due; 0 when none is.",
  registers,
  async collect() {
    const lates = (await waitingNow()).map(
      ({ oldestDueAt }) => Date.now() - (oldestDueAt?.getTime() ?? Date.now()),
    );
    this.set(Math.max(0, ...lates) / 1000);
  },
});
