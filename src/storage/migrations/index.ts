import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { firstTables } from "./0001-first-tables.ts";
import { accessAndVersions, firstVersions } from "./0002-access-and-versions.ts";
import { channelsAndCallbacks } from "./0003-channels-and-callbacks.ts";
import { insight } from "./0004-insight.ts";
import { workflows } from "./0005-workflows.ts";
import { console, consoleOfBefore } from "./0006-console.ts";

/** One step of the schema. Runs inside a transaction on either engine. */
export interface Migration {
  /** 1, 2, 3 … without gaps; never renumbered. */
  readonly number: number;
  readonly name: string;
  up(db: Kysely<Schema>, engine: Engine): Promise<void>;
  /**
   * Makes what is new out of the rows of before: after `up`, and when rows of a backup that is older than this
   * migration were put into the tables as they are now. Absent: columns have their defaults and that is all.
   */
  fill?(db: Kysely<Schema>): Promise<void>;
}

/** Every migration, in order. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "first tables", up: firstTables },
  { number: 2, name: "access and versions", up: accessAndVersions, fill: firstVersions },
  { number: 3, name: "channels and callbacks", up: channelsAndCallbacks },
  { number: 4, name: "insight", up: insight },
  { number: 5, name: "workflows", up: workflows },
  { number: 6, name: "console", up: console, fill: consoleOfBefore },
];

/** The schema this version of the program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
