import { configureLogging, type LogLevel } from "../../src/log/logger.ts";

/** Makes all loggers write here. Each entry is one parsed line. */
export function captureLogs(level: LogLevel = "debug"): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  configureLogging({ level, destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return lines;
}
