import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { appKeys } from "./0006/app-keys.ts";
import { callbackLists } from "./0006/callbacks.ts";
import { conversationLists } from "./0006/conversations.ts";
import { live } from "./0006/live.ts";
import { keptModels } from "./0006/models.ts";

/** What the console shows and keeps, one step for each area. */
export async function console(db: Kysely<Schema>, engine: Engine): Promise<void> {
  for (const step of STEPS) await step(db, engine);
}

const STEPS: readonly ((db: Kysely<Schema>, engine: Engine) => Promise<void>)[] = [
  appKeys,
  callbackLists,
  conversationLists,
  keptModels,
  live,
];
