import type { StoreLocation } from "../backup.ts";
import { openPostgresStore } from "../postgres/open.ts";
import { openSqliteStore } from "../sqlite/open.ts";
import type { Store } from "../store.ts";

/** The location behind a child's parameter: a PostgreSQL address or a path. */
export function toLocation(text: string): StoreLocation {
  return text.startsWith("postgres:") ? { engine: "postgres", url: text } : { engine: "sqlite", path: text };
}

/** How a location is written as a child's parameter. */
export function toParameter(location: StoreLocation): string {
  return location.engine === "postgres" ? location.url : location.path;
}

export function openStore(location: StoreLocation): Promise<Store> {
  return location.engine === "postgres" ? openPostgresStore(location) : openSqliteStore(location);
}
