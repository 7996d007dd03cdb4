/** Child: restores the file of the first parameter into the store at the second. */
import { restoreStore } from "../backup.ts";
import { toLocation } from "./location.ts";

const [file = "", target = ""] = process.argv.slice(2);
const filesFolder = `${file}.files`;
const { rows } = await restoreStore({ store: toLocation(target), filesFolder, file });
process.stdout.write(`${rows}
`);
