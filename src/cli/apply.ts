import { applyFile, describeSummary } from "../apply.ts";
import { readConfig } from "../config/config.ts";
import { readConfiguredFile } from "../installation.ts";
import { CommandFailure } from "./failure.ts";
import { commandPublishing } from "./publishing.ts";
import type { Terminal } from "./terminal.ts";
import { withStore } from "./with-store.ts";

/** Applies a file to the store, or only checks it. Nothing is applied when anything in it is wrong. */
export async function apply(
  { environment, out, err }: Terminal,
  path: string,
  { isCheckOnly }: { isCheckOnly: boolean },
): Promise<void> {
  const loaded = readConfig(environment);
  for (const warning of loaded.warnings) err.line(`warning: ${warning}`);
  const file = await readConfiguredFile(
    { ...loaded, config: { ...loaded.config, file: { path } } },
    environment,
  );
  if (file === undefined) throw new CommandFailure(`${path} cannot be read`);
  if (isCheckOnly) out.line(`${path} is fine`);
  else {
    const instead =
      "If a server runs on this data, stop it and apply again, or let it apply the file at its next start (ANTIPHON_CONFIG)";
    const summary = await withStore(loaded, instead, async (store) =>
      applyFile(await commandPublishing(loaded, store), file),
    );
    for (const line of describeSummary(summary)) out.line(line);
  }
}
