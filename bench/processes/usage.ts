import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { platform } from "node:os";

/** Linux counts CPU time in hundredths of a second, on every architecture. */
const TICKS_PER_SECOND = 100;

const hasProc = platform() === "linux";

/** Seconds of CPU (user and system) a process and its threads used so far. */
export function cpuSeconds(pid: number): number {
  if (hasProc) return procStat(pid).cpuSeconds;
  // "[dd-]hh:mm:ss.cc" or "mm:ss.cc", the largest unit first.
  const text = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).trim();
  return text.split(/[-:]/).reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/** Resident memory of a process in megabytes (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  if (hasProc) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024) / 1e6;
  }
  const text = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return (Number(text) * 1_024) / 1e6;
}

/** Seconds of CPU of all PostgreSQL processes below this one; undefined where that cannot be read. */
export function postgresCpuSeconds(): number | undefined {
  if (!hasProc) return undefined;
  const all = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          return [[Number(name), procStat(Number(name))] as const];
        } catch {
          return []; // Ended while we looked.
        }
      }),
  );
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (pid > 1 && isOurs(all.get(pid)?.parent ?? 0));
  let seconds = 0;
  for (const [pid, stat] of all) if (stat.name === "postgres" && isOurs(pid)) seconds += stat.cpuSeconds;
  return seconds;
}

function procStat(pid: number): { name: string; parent: number; cpuSeconds: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const nameEnd = stat.lastIndexOf(")");
  const fields = stat.slice(nameEnd + 2).split(" ");
  return {
    name: stat.slice(stat.indexOf("(") + 1, nameEnd),
    parent: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}
