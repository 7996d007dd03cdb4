/** Child: backs the store at the first parameter up into the file of the second. */
import { backupStore } from "../backup.ts";
import { toLocation } from "./location.ts";

const [source = "", file = ""] = process.argv.slice(2);
const filesFolder = `${file}.files`;
const { rows } = await backupStore({ store: toLocation(source), filesFolder, file });
process.stdout.write(`${rows}
`);
