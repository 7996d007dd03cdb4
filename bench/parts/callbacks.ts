import { join } from "node:path";
import type { Bench, Part } from "../bench.ts";
import { auditTimes, deadlineErrors } from "../callbacks/audit.ts";
import {
  backlog,
  feedbackLag,
  idleLag,
  lagBesideHung,
  middleAndTail,
  restart,
  takeover,
} from "../callbacks/delivery.ts";
import { chatJitter } from "../callbacks/jitter.ts";
import { Receiver, Site } from "../callbacks/site.ts";
import type { EmitOrder } from "../emit-harness.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import { cpuSeconds } from "../processes/usage.ts";
import type { Cell, Table } from "../report/table.ts";
import { percentile } from "../statistics.ts";

/** The bar of the callbacks, with what this machine does beside each line. */
export const callbacks: Part = {
  name: "callbacks",
  async run(bench) {
    const receiver = await Receiver.start(bench);
    const rows: Cell[][] = [
      ["acknowledged events lost over 200 SIGKILL rounds", "0", "0 over 2,000", IN_SOAK],
      ["restart to first redelivery, SQLite", "<= 1 s", "<= 0.4 s", await restartCell(bench, receiver)],
      [
        "takeover after a node's SIGKILL, PostgreSQL",
        "<= 5 s",
        "<= 1 s",
        ms(await takeover(bench, receiver)),
      ],
    ];
    const site = await Site.open(bench, receiver);
    const idle = await idleLag(bench, site);
    const feedback = await feedbackLag(bench, site);
    const besideHung = await lagBesideHung(bench, site);
    rows.push(
      ["lag at healthy endpoints, 5 of 50 hang (p99)", "<= 250 ms", "<= 100 ms", middleAndTail(besideHung)],
      ["cause to first byte, idle (p50 / p99)", "<= 10 / 40 ms", "<= 4 / 15 ms", middleAndTail(idle)],
      [
        "feedback change to first byte, idle (p50 / p99)",
        "<= 10 / 40 ms",
        "<= 4 / 15 ms",
        middleAndTail(feedback),
      ],
      ["deliveries/s, 50 endpoints", ">= 800", ">= 1,500", await throughput(bench, site)],
      ["telling inside the transaction (p99)", "<= 5 ms", "<= 2 ms", middleAndTail(await emitTimes(bench))],
      ["publish with audit (p99)", "<= 100 ms", "<= 30 ms", middleAndTail(await auditTimes(bench, site))],
      ["audit deadline, off from 10 s", "+-300 ms", "+-100 ms", worst(await deadlineErrors(bench, site))],
    );
    const jitter = await chatJitter(bench, site);
    await site.close();
    await receiver.stop();
    rows.push(
      ["forbidden sockets opened in the whole suite", "0", "0", IN_TESTS],
      ["growth of memory over 1 h at 50/s, 20 % faults", "< 30 MB", "< 10 MB", IN_SOAK],
      ["signatures that independent code verifies", "100 %", "100 %", IN_TESTS],
      ["between two pieces of an answer, nothing else (p50 / p99)", "", "", middleAndTail(jitter.alone)],
      [
        `the same while ${jitter.deliveries} deliveries drain`,
        "p99 < +20 %",
        "",
        `${middleAndTail(jitter.draining)} (${growth(jitter)})`,
      ],
    );
    return [table(rows, jitter)];
  },
};

const IN_SOAK = "npm run test:soak";
const IN_TESTS = "npm test";

const ms = (value: number) => `${value.toFixed(0)} ms`;

async function restartCell(bench: Bench, receiver: Receiver): Promise<string> {
  const { fromStart, fromReady } = await restart(bench, receiver);
  const place = fromReady < 0 ? `${ms(-fromReady)} before it was ready` : `${ms(fromReady)} after ready`;
  return `${ms(fromStart)} after its start, ${place}`;
}

async function throughput(bench: Bench, site: Site): Promise<string> {
  const deliveries = bench.isQuick ? 2_000 : 10_000;
  const waiting = await backlog(site, deliveries);
  const before = cpuSeconds(site.server.pid);
  const seconds = await waiting.drain();
  const micros = ((cpuSeconds(site.server.pid) - before) * 1e6) / deliveries;
  return `${(deliveries / seconds).toFixed(0)}/s, ${micros.toFixed(0)} us CPU each`;
}

async function emitTimes(bench: Bench): Promise<number[]> {
  const { child } = await startChild(bench.cleanup, "emit-harness.ts");
  const path = join(bench.newDirectory(), "store.db");
  const order: EmitOrder = { path, endpoints: 5, events: bench.isQuick ? 300 : 2_000 };
  const times = (await askForResult(child, order)) as number[];
  await child.stop();
  return times;
}

function worst(errors: readonly number[]): string {
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  return `${least.toFixed(0)} to ${most.toFixed(0)} ms`;
}

function growth({ alone, draining }: { alone: number[]; draining: number[] }): string {
  const [before, after] = [percentile(alone, 0.99) ?? 0, percentile(draining, 0.99) ?? 0];
  const share = (after / before - 1) * 100;
  return `p99 ${share < 0 ? "" : "+"}${share.toFixed(0)} %`;
}

function table(rows: Cell[][], { streams, rate }: { streams: number; rate: number }): Table {
  return {
    title: "Callbacks: the bar, and what this machine does",
    columns: [{ title: "measure" }, { title: "bar" }, { title: "strong" }, { title: "measured (p50 / p99)" }],
    rows,
    notes: [
      "SQLite with durability full unless it says PostgreSQL; server, receiver and this program share the machine.",
      "Lags are counted from the time in the event's body or header, which is the cause's own, in whole milliseconds: they hold the commit and its flush.",
      "Deliveries/s: a backlog of events of about 300 bytes, from the first to the last that the receiver saw; every result is stored.",
      "Telling inside the transaction: reading who listens, rendering and writing an event for five endpoints, without the commit.",
      "Publish with audit: the whole HTTP call; the channel's server answers at once.",
      `Pieces of answers: ${streams} chats at once from a model that writes one piece every 30 ms; ${rate.toFixed(0)} deliveries/s meanwhile.`,
    ],
  };
}
