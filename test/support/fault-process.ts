import { join } from "node:path";
import { type AntiphonProcess, type ProcessInstallation, startAntiphonProcess } from "./antiphon-process.ts";
import type { Fault } from "./fault-store.ts";

/** How a server is special from its start on. */
export interface FaultSettings {
  /** Faults of the store, from the first moment on. */
  faults?: Fault[];
  /** Of the callbacks' schedule: `50 / 60_000` makes a minute take 50 ms. */
  scale?: number;
  /** How far its clock is ahead of the real one. */
  aheadMs?: number;
  /** `address:port` of those who are asked for receivers' addresses. Absent: the system's. */
  nameServers?: string[];
}

/** What a running server is told. */
export interface FaultWord {
  /** Replaces the faults that are still to come. */
  faults?: Fault[];
  /** How far its clock is ahead of the real one. */
  aheadMs?: number;
}

/** A whole server in a process of its own that fails where it is told to. */
export interface FaultProcess extends AntiphonProcess {
  /** Resolves when the server knows. */
  tell(word: FaultWord): Promise<void>;
  /** Starts again with a fault that ends it, ready or not. Resolves when it has ended. */
  dieAtStart(fault: Fault): Promise<void>;
  /** After the next start its clock is so far ahead of the real one. */
  startAhead(aheadMs: number): void;
  /** After the next start its disk is no longer full (`fileSizeBlocks`). */
  makeRoom(): void;
}

const PROGRAM = join(import.meta.dirname, "fault-server.ts");

/** Like `startAntiphonProcess`. */
export async function startFaultProcess(
  installation: ProcessInstallation & FaultSettings,
): Promise<FaultProcess> {
  const { faults, scale, nameServers, aheadMs, ...rest } = installation;
  const fixed: FaultSettings = {
    ...(scale !== undefined && { scale }),
    ...(nameServers !== undefined && { nameServers }),
    ...(aheadMs !== undefined && { aheadMs }),
  };
  const environment: Record<string, string> = { ...installation.environment };
  const settle = (atStart: readonly Fault[]) => {
    environment["FAULTS"] = JSON.stringify({ ...fixed, faults: atStart });
  };
  settle(faults ?? []);
  const whole: ProcessInstallation = { ...rest, environment, program: PROGRAM };
  const server = await startAntiphonProcess(whole);
  // Getters of the process change with every start: they are looked at, not copied.
  return Object.assign(Object.create(server) as AntiphonProcess, {
    tell: (word: FaultWord) => server.send(word),
    dieAtStart: async (fault: Fault) => {
      settle([fault]);
      // Most die before they are ready.
      await server.restart().catch(() => {});
      await server.waitExit();
      settle([]);
    },
    startAhead: (later: number) => {
      fixed.aheadMs = later;
      settle([]);
    },
    makeRoom: () => {
      delete whole.fileSizeBlocks;
    },
  });
}
