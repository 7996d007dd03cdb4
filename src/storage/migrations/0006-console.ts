import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { appKeys } from "./0006/app-keys.ts";
import { callbackLists } from "./0006/callbacks.ts";
import { conversationLists } from "./0006/conversations.ts";
import { evaluations } from "./0006/evaluations.ts";
import { families, familiesOfBefore } from "./0006/families.ts";
import { governance, usageOfBefore } from "./0006/governance.ts";
import { live } from "./0006/live.ts";
import { keptModels } from "./0006/models.ts";
import { shareLinks } from "./0006/share.ts";
import { hoursOfBefore, statistics } from "./0006/statistics.ts";

/** What the console shows and keeps, one step for each area. */
export async function console(db: Kysely<Schema>, engine: Engine): Promise<void> {
  for (const step of STEPS) await step(db, engine);
}

const STEPS: readonly ((db: Kysely<Schema>, engine: Engine) => Promise<void>)[] = [
  appKeys,
  families,
  callbackLists,
  conversationLists,
  keptModels,
  evaluations,
  governance,
  statistics,
  live,
  shareLinks,
];

/** As `Migration.fill` says. */
export async function consoleOfBefore(db: Kysely<Schema>): Promise<void> {
  await familiesOfBefore(db);
  await hoursOfBefore(db);
  await usageOfBefore(db);
}
