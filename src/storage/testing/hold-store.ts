/** Child: opens the store at the given place, says on which node, and holds it until it is killed. */
import { openStore, toLocation } from "./location.ts";

const store = await openStore(toLocation(process.argv[2] ?? ""));
process.stdout.write(`${store.node}\n`);
setInterval(() => {}, 1000);
