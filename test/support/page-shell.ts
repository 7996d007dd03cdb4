import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openShell, type Shell } from "./shell.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** A shell in the repository's folder, as a reader of its pages has one, with data of its own; both end with the suite. */
export async function openPageShell(
  environment: Record<string, string | undefined> = {},
): Promise<{ shell: Shell; dataDirectory: string }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "antiphon-page-test-"));
  const shell = openShell({
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      HOME: dataDirectory,
      ANTIPHON_DATA: dataDirectory,
      ANTIPHON_PORT: "0",
      ANTIPHON_LOG_LEVEL: "warn",
      ...environment,
    },
  });
  afterAll(async () => {
    await shell.close();
    await rm(dataDirectory, { recursive: true, force: true });
  });
  return { shell, dataDirectory };
}
