import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { LoadedConfig } from "../config/config.ts";
import { decryptSecret, openSecretKey } from "../config/secrets.ts";
import { DEMO_KEY_SETTING } from "../demo/demo.ts";
import { databaseFile } from "../installation.ts";
import { withStore } from "./with-store.ts";

/**
 * The demo agent's app key as the server on this machine keeps it, encrypted, in its store; undefined when there
 * is none. The embedded database is only read, so that it may be in use by that server.
 * Rejects with a `SecretKeyError` when it was encrypted with another key.
 */
export async function keptDemoKey(loaded: LoadedConfig): Promise<string | undefined> {
  const { config, secrets } = loaded;
  const kept =
    secrets.databaseUrl === undefined
      ? readSetting(databaseFile(loaded))
      : await withStore(loaded, "", (store) => store.settings.get(DEMO_KEY_SETTING));
  if (kept === undefined) return undefined;
  return decryptSecret(await openSecretKey(secrets.secretKey, config.storage.dataDirectory), kept);
}

function readSetting(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
  try {
    const row = database.prepare("select value from settings where key = ?").get(DEMO_KEY_SETTING);
    const value = row?.["value"];
    return typeof value === "string" ? value : undefined;
  } finally {
    database.close();
  }
}
