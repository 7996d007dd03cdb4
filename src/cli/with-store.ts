import type { LoadedConfig } from "../config/config.ts";
import { DomainError } from "../domain/errors.ts";
import { openConfiguredStore, type StoreRole } from "../installation.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure, reasonOf } from "./failure.ts";

/**
 * Opens the configured store for `work` and closes it after. Rejects with a `CommandFailure` when it cannot be
 * opened, most often because a running server has it; `instead` says what to do then.
 */
export async function withStore<T>(
  loaded: LoadedConfig,
  instead: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return withOpened(loaded, { as: "owner", instead }, work);
}

/**
 * Opens the configured store for `work`, also while a server runs on it, and closes it after. `work` is short and
 * touches only what `openSqliteGuest` allows. Rejects with a `CommandFailure` when it cannot be opened.
 */
export async function withGuestStore<T>(
  loaded: LoadedConfig,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return withOpened(loaded, { as: "guest", instead: "" }, work);
}

/**
 * Opens the configured store for `work` that only reads, however long, also while a server runs on it, and closes it
 * after. Rejects with a `CommandFailure` when it cannot be opened.
 */
export async function withReadStore<T>(loaded: LoadedConfig, work: (store: Store) => Promise<T>): Promise<T> {
  return withOpened(loaded, { as: "reader", instead: "" }, work);
}

async function withOpened<T>(
  loaded: LoadedConfig,
  { as, instead }: { as: StoreRole; instead: string },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openConfiguredStore(loaded, as).catch((cause: unknown) => {
    if (!(cause instanceof DomainError)) throw cause;
    const advice = loaded.secrets.databaseUrl === undefined ? instead : "Check ANTIPHON_DATABASE_URL";
    throw new CommandFailure(reasonOf(cause), advice, { cause });
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
