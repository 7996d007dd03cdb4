import type { Kysely } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** Models that people have connected, beside those of the environment and the file. */
export async function keptModels(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await new Tables(db, engine)
    .table("models", {
      texts: ["name", "definition", "secrets"],
      integers: ["is_default", "created_at", "updated_at"],
      optionalIntegers: ["creator_id"],
    })
    .addPrimaryKeyConstraint("models_name", ["name"])
    .execute();
}
