import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Part, Service } from "../bench.ts";
import type { Target } from "../client/target.ts";
import { residentMegabytes } from "../processes/usage.ts";
import type { Cell, Table } from "../report/table.ts";

/** Resident memory when nothing happens, after a burst, and for each open stream. */
export const memory: Part = {
  name: "memory",
  async run(bench) {
    const streams = bench.isQuick ? 300 : 1_000;
    const directory = bench.newDirectory();
    await bench.antiphon({ directory }).then((first) => first.stop());
    const antiphon = await bench.antiphon({ directory });
    const relay = await bench.relay();
    const candidates = [
      { name: "antiphon", server: antiphon, target: { kind: "hiagent", url: antiphon.url } },
      { name: "bare Fastify relay", server: relay, target: { kind: "relay", url: relay.url } },
    ] as const;
    await sleep(pauseMs(bench));
    const rows: Cell[][] = [];
    for (const { name, server, target } of candidates) {
      rows.push([name, ...(await measure(bench, server, target, streams))]);
    }
    await antiphon.stop();
    return [table(rows, streams)];
  },
};

async function measure(bench: Bench, server: Service, target: Target, streams: number): Promise<Cell[]> {
  const client = await bench.client();
  const idle = residentMegabytes(server.pid);
  await bench.measure({
    kind: "streams",
    target,
    connections: 100,
    turns: bench.isQuick ? 500 : 2_000,
    shape: { tokens: 50, pace: "burst" },
    spreadMs: 0,
    conversations: "own",
    limitMs: 20_000,
  });
  await sleep(pauseMs(bench));
  const afterBurst = residentMegabytes(server.pid);
  await client.prepare({ kind: "hold", target, connections: streams });
  const before = residentMegabytes(server.pid);
  const { faultCount, faults } = await client.run();
  if (faultCount > 0) bench.fail(`${faultCount} of ${streams} held streams: ${faults[0]}`);
  await sleep(2_000);
  const open = residentMegabytes(server.pid);
  await client.close();
  return [idle, afterBurst, before, open, ((open - before) * 1_000) / streams];
}

/** Time for timers and collections that follow work. */
function pauseMs(bench: Bench): number {
  return bench.isQuick ? 2_000 : 5_000;
}

function table(rows: Cell[][], streams: number): Table {
  return {
    title: "Memory: resident, megabytes (10^6 bytes)",
    columns: [
      { title: "server" },
      { title: "idle after start", digits: 1 },
      { title: "after a burst", digits: 1 },
      { title: "before streams", digits: 1 },
      { title: `${streams} open streams`, digits: 1 },
      { title: "kB per stream", digits: 1 },
    ],
    rows,
    notes: [
      "A later start: the compile cache is warm. A first start compiles, and keeps some 15 MB more.",
      `The streams are in the middle of an answer whose upstream says no more: each holds a connection to the client, one to the upstream, and the turn. "before streams" has the ${streams} client connections and conversations already.`,
      "Memory that V8 and the allocator keep after work is in these figures; they are not the smallest possible ones.",
    ],
  };
}
