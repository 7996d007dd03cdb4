/** Child: backs the store at the first parameter up into the file of the second. */
import { backupStore } from "../backup.ts";
import { toLocation } from "./location.ts";

const [source = "", file = ""] = process.argv.slice(2);
process.stdout.write(`${await backupStore(toLocation(source), file)}\n`);
