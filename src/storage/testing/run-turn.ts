/** Child: opens a turn in the store at the given place, prints the conversation's id, and runs until it is killed. */
import { aTurn, begin } from "../conformance/factories.ts";
import { openStore, toLocation } from "./location.ts";

const store = await openStore(toLocation(process.argv[2] ?? ""));
const conversation = await begin(store);
await store.turns.open(aTurn(store, conversation));
await store.flushed();
process.stdout.write(`${conversation.id}\n`);
setInterval(() => {}, 1000);
