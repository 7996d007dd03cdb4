import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import {
  callbackAsked,
  callbackAttemptEnded,
  callbackAttemptStarted,
  callbackResultsStored,
  watchCallbacks,
} from "./callback-metrics.ts";
import {
  metricsText,
  modelFailed,
  requestEnded,
  requestLimited,
  slowReaderDropped,
  storageFlushed,
  streamClosed,
  streamOpened,
  turnEnded,
  turnStarted,
  watchEventLoop,
} from "./metrics.ts";

async function lines(): Promise<string[]> {
  return (await metricsText()).text.split("\n");
}

describe("events", () => {
  test("a turn is counted while it runs and when it ends", async () => {
    turnStarted();
    expect(await lines()).toContain("antiphon_running_turns 1");
    const usage = { inputTokens: 12, outputTokens: 34, latencyMs: 1_500, firstTokenMs: 300 };
    turnEnded({ dialect: "hiagent", status: "completed", model: "m", usage });
    const text = await lines();
    expect(text).toContain("antiphon_running_turns 0");
    expect(text).toContain('antiphon_turns_total{dialect="hiagent",status="completed"} 1');
    expect(text).toContain('antiphon_model_tokens_total{model="m",direction="in"} 12');
    expect(text).toContain('antiphon_model_tokens_total{model="m",direction="out"} 34');
    expect(text).toContain("antiphon_turn_duration_seconds_sum 1.5");
    expect(text).toContain("antiphon_turn_first_token_seconds_sum 0.3");
  });

  test("a turn without text has no time to the first token", async () => {
    const usage = { inputTokens: 0, outputTokens: 0, latencyMs: 5, firstTokenMs: 0 };
    const before = (await lines()).find((line) => line.startsWith("antiphon_turn_first_token_seconds_count"));
    turnStarted();
    turnEnded({ dialect: "coze", status: "failed", model: "m", usage });
    expect(await lines()).toContain(before);
  });

  test("everything else has one function and one metric", async () => {
    modelFailed("m", "timeout");
    streamOpened();
    streamOpened();
    streamClosed();
    slowReaderDropped();
    requestLimited("coze");
    storageFlushed(2);
    requestEnded({ dialect: "coze", route: "/v3/chat", status: 429, durationMs: 30 });
    const text = await lines();
    expect(text).toContain('antiphon_model_failures_total{model="m",failure="timeout"} 1');
    expect(text).toContain("antiphon_http_open_streams 1");
    expect(text).toContain("antiphon_http_slow_readers_total 1");
    expect(text).toContain('antiphon_http_rate_limited_total{dialect="coze"} 1');
    expect(text).toContain("antiphon_storage_flush_seconds_sum 0.002");
    expect(text).toContain(
      'antiphon_http_requests_total{dialect="coze",route="/v3/chat",status_class="4xx"} 1',
    );
    expect(text).toContain(
      'antiphon_http_request_duration_seconds_sum{dialect="coze",route="/v3/chat"} 0.03',
    );
  });
});

describe("callbacks", () => {
  test("are counted by how attempts ended, how late they began and how results were stored", async () => {
    callbackAttemptStarted({ lane: "fast", lagSeconds: 0.02 });
    callbackAttemptStarted({ lane: "slow", lagSeconds: -3 });
    callbackAttemptEnded({ outcome: "ok", errorCode: "", status: 204, timings: { total: 1_500 } });
    callbackAttemptEnded({ outcome: "fail", errorCode: "blocked_address", timings: {} });
    callbackAsked(2);
    callbackResultsStored(7);
    const text = await lines();
    expect(text).toContain('antiphon_callback_due_lag_seconds_sum{lane="fast"} 0.02');
    expect(text).toContain('antiphon_callback_due_lag_seconds_sum{lane="slow"} 0');
    expect(text).toContain('antiphon_callback_attempts_total{outcome="ok",code_class="2xx"} 1');
    expect(text).toContain('antiphon_callback_attempts_total{outcome="fail",code_class="none"} 1');
    expect(text).toContain("antiphon_callback_attempt_seconds_sum 1.5");
    expect(text).toContain("antiphon_callback_blocked_address_total 1");
    expect(text).toContain("antiphon_callback_sync_seconds_sum 2");
    expect(text).toContain("antiphon_callback_group_commit_size_sum 7");
  });

  test("that wait and run are read when asked for, also from an engine whose store cannot answer", async () => {
    const counts = () => ({ fast: 3, slow: 2, openBreakers: 1, unstored: 4 });
    const oldestDueAt = new Date(Date.now() - 60_000);
    const stops = [
      watchCallbacks({ counts, waiting: async () => ({ pending: 5, held: 6, oldestDueAt }) }),
      watchCallbacks({
        counts: () => ({ fast: 0, slow: 0, openBreakers: 0, unstored: 0 }),
        waiting: () => Promise.reject(new Error("the store says no")),
      }),
    ];
    const text = await lines();
    for (const stop of stops) stop();
    expect(text).toContain('antiphon_callback_inflight{budget="fast"} 3');
    expect(text).toContain('antiphon_callback_inflight{budget="slow"} 2');
    expect(text).toContain("antiphon_callback_breaker_open 1");
    expect(text).toContain("antiphon_callback_unstored_results 4");
    expect(text).toContain("antiphon_callback_pending 5");
    expect(text).toContain("antiphon_callback_held 6");
    const oldest = text.find((line) => line.startsWith("antiphon_callback_oldest_pending_seconds "));
    expect(Number(oldest?.split(" ")[1])).toBeGreaterThanOrEqual(60);
  });
});

test("memory, CPU, start time and, once watched, the event loop's delay are read when asked for", async () => {
  const stop = watchEventLoop();
  const text = await eventually(async () => {
    const all = await lines();
    return all.some((line) => line.startsWith('antiphon_event_loop_delay_seconds{quantile="0.99"}')) && all;
  });
  stop();
  for (const start of [
    'antiphon_process_memory_bytes{kind="rss"} ',
    'antiphon_process_cpu_seconds_total{mode="user"} ',
    "antiphon_process_start_time_seconds ",
    'antiphon_event_loop_delay_seconds{quantile="1"} ',
  ]) {
    expect(text).toContainEqual(expect.stringContaining(start));
  }
});

test("every metric carries the product's name and says what it counts", async () => {
  const text = await lines();
  const names = text.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2]);
  const helps = text.filter((line) => line.startsWith("# HELP "));
  expect(names.filter((name) => !name?.startsWith("antiphon_"))).toEqual([]);
  expect(helps).toHaveLength(names.length);
});
