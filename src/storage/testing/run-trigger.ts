/** Child: claims a trigger in the store at the given place, prints its id, and runs until it is killed. */
import { begin, NOW } from "../conformance/factories.ts";
import { trigger } from "../conformance/insight-factories.ts";
import { openStore, toLocation } from "./location.ts";

const store = await openStore(toLocation(process.argv[2] ?? ""));
const { id } = await trigger(store, await begin(store));
await store.triggers.claim({ now: NOW, limit: 1 });
await store.flushed();
process.stdout.write(`${id}\n`);
setInterval(() => {}, 1000);
