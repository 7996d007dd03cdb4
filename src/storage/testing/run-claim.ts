/** Child: claims a delivery in the store at the given place, prints its id and its endpoint's, and runs until it is killed. */
import { claim, emit, endpoint } from "../conformance/callback-factories.ts";
import { openStore, toLocation } from "./location.ts";

const store = await openStore(toLocation(process.argv[2] ?? ""));
const to = await endpoint(store);
const [deliveryId] = await emit(store, to, 1);
await claim(store, to);
await store.flushed();
process.stdout.write(`${deliveryId} ${to.id}\n`);
setInterval(() => {}, 1000);
