import { createDatabase } from "../../../test/support/databases.ts";
import { storeConformance } from "../conformance/store-conformance.ts";
import { openPostgresStore } from "./open.ts";

storeConformance("PostgreSQL", async () => openPostgresStore({ url: await createDatabase() }));
