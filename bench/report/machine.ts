import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { median, percentile } from "../statistics.ts";

/** Where the figures come from: they mean nothing without it. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
  /** Processes that wanted to run during the last minute, before the benchmark began. */
  loadBefore: number;
  /** Milliseconds of `fdatasync` after appending 4 kB to a file where the stores are made. */
  flushMs: { median: number; p99: number };
}

export function describeMachine(directory: string): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    flushMs: probeFlush(directory),
  };
}

export function formatMachine(machine: Machine): string {
  const { processor, cores, memoryGigabytes, system, node, loadBefore, flushMs } = machine;
  return [
    `${processor}, ${cores} cores, ${memoryGigabytes} GB, ${system}, Node ${node}`,
    `load before the run ${loadBefore.toFixed(2)}; fdatasync of 4 kB: median ${flushMs.median.toFixed(2)} ms, p99 ${flushMs.p99.toFixed(2)} ms`,
  ].join("\n");
}

function probeFlush(directory: string): { median: number; p99: number } {
  const path = join(directory, "flush-probe");
  const file = openSync(path, "w");
  const block = Buffer.alloc(4_096, 1);
  const times: number[] = [];
  try {
    for (let count = 0; count < 200; count++) {
      writeSync(file, block);
      const startedAt = performance.now();
      fdatasyncSync(file);
      times.push(performance.now() - startedAt);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return { median: median(times) ?? 0, p99: percentile(times, 0.99) ?? 0 };
}
