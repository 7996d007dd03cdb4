import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startPostgres, type TestPostgres } from "../test/support/postgres.ts";
import type { Job, Outcome } from "./client/jobs.ts";
import { type AntiphonOptions, type AntiphonProcess, startAntiphon } from "./processes/antiphon.ts";
import { startChild } from "./processes/child.ts";
import { Cleanup } from "./processes/cleanup.ts";
import { LoadClient } from "./processes/load-client.ts";
import { cpuSeconds, postgresCpuSeconds } from "./processes/usage.ts";
import type { Table } from "./report/table.ts";

/** One topic of the benchmark. */
export interface Part {
  /** For `--only`. */
  name: string;
  run(bench: Bench): Promise<Table[]>;
}

export interface BenchOptions {
  /** Fewer rounds, less data: shows that it works, not how fast it is. */
  isQuick: boolean;
  /** Where temporary stores are made: on the disk that is to be measured. */
  directory: string;
  /** After this many seconds rounds that are not needed are left out, and parts not yet begun. */
  limitSeconds: number;
  /** Where the measured servers write CPU profiles when they end; absent: none are made. */
  profileDirectory: string | undefined;
}

/** A server process that others are started beside. */
export interface Service {
  pid: number;
  url: string;
}

/** One job with what the processes around the client used meanwhile, in seconds of CPU. */
export interface Measurement extends Outcome {
  serverCpu: number | undefined;
  upstreamCpu: number;
  postgresCpu: number | undefined;
  /** Of the server, in milliseconds, for those that tell. */
  loopDelayMs: number | undefined;
}

/** What all parts share: the processes they measure with, and the list of what went wrong. */
export class Bench {
  readonly isQuick: boolean;
  readonly cleanup = new Cleanup();
  /** Removed at the end. */
  readonly directory: string;
  readonly failures: string[] = [];
  readonly #profileDirectory: string | undefined;
  readonly #deadline: number;
  #servers = 0;
  #upstream: Promise<Service> | undefined;
  #client: Promise<LoadClient> | undefined;
  #postgres: Promise<TestPostgres> | undefined;

  constructor(options: BenchOptions) {
    this.isQuick = options.isQuick;
    this.#profileDirectory = options.profileDirectory;
    this.#deadline = performance.now() + options.limitSeconds * 1_000;
    mkdirSync(options.directory, { recursive: true });
    this.directory = mkdtempSync(join(options.directory, "antiphon-bench-"));
    this.cleanup.add(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** False once the time is up; what has begun is then brought to an end with what there is. */
  get hasTime(): boolean {
    return performance.now() < this.#deadline;
  }

  /** The rounds to go: one with `--quick`, and only the first when the time is up. */
  *rounds(count: number): Generator<number> {
    for (let round = 0; round < (this.isQuick ? 1 : count); round++) {
      if (round === 0 || this.hasTime) yield round;
    }
  }

  /** Tells whoever waits what is going on; not part of the report. */
  progress(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Something did not work: the run goes on, and ends with a failure. */
  fail(message: string): void {
    // What was interrupted breaks.
    if (this.cleanup.hasBegun) return;
    this.failures.push(message);
    this.progress(`FAILED: ${message}`);
  }

  upstream(): Promise<Service> {
    this.#upstream ??= this.#startService("upstream.ts");
    return this.#upstream;
  }

  /** A bare relay in front of the upstream; the caller stops nothing. */
  async relay(): Promise<Service> {
    const { url } = await this.upstream();
    return this.#startService("bare-relay.ts", [url]);
  }

  client(): Promise<LoadClient> {
    this.#client ??= LoadClient.start(this.cleanup);
    return this.#client;
  }

  postgres(): Promise<TestPostgres> {
    this.#postgres ??= startPostgres().then((server) => {
      this.cleanup.add(() => server.stop());
      return server;
    });
    return this.#postgres;
  }

  /** An Antiphon server with an agent in front of the upstream, in a new directory unless one is given. */
  async antiphon(options: Partial<AntiphonOptions> = {}): Promise<AntiphonProcess> {
    const { url } = await this.upstream();
    return startAntiphon(this.cleanup, {
      directory: this.newDirectory(),
      modelUrl: url,
      execArguments: this.#profiling(),
      ...options,
    });
  }

  newDirectory(): string {
    return join(this.directory, `server-${++this.#servers}`);
  }

  /** Runs a job against a server and counts what it cost. Wrong answers are failures of the run. */
  async measure(
    job: Job,
    server?: Service & Partial<Pick<AntiphonProcess, "loopDelayMs">>,
  ): Promise<Measurement> {
    const client = await this.client();
    const upstream = await this.upstream();
    await client.prepare(job);
    await server?.loopDelayMs?.();
    const before = this.#cpu(server, upstream);
    const outcome = await client.run();
    const after = this.#cpu(server, upstream);
    const loopDelayMs = await server?.loopDelayMs?.();
    await client.close();
    if (outcome.faultCount > 0) {
      this.fail(`${outcome.faultCount} wrong answers, the first: ${outcome.faults.join(" | ")}`);
    }
    return {
      ...outcome,
      serverCpu: difference(after.server, before.server),
      upstreamCpu: after.upstream - before.upstream,
      postgresCpu: difference(after.postgres, before.postgres),
      loopDelayMs,
    };
  }

  #cpu(server: Service | undefined, upstream: Service) {
    return {
      server: server === undefined ? undefined : cpuSeconds(server.pid),
      upstream: cpuSeconds(upstream.pid),
      postgres: this.#postgres === undefined ? undefined : postgresCpuSeconds(),
    };
  }

  async #startService(file: string, fileArguments: string[] = []): Promise<Service> {
    const { child, hello } = await startChild(this.cleanup, file, { arguments: fileArguments });
    return { pid: child.pid, url: (hello as { url: string }).url };
  }

  #profiling(): string[] {
    return this.#profileDirectory === undefined
      ? []
      : ["--cpu-prof", "--cpu-prof-dir", this.#profileDirectory];
  }
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}
