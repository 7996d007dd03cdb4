/** Child: puts a blob of so many bytes into the folder; prints the error's code, or "stored". */
import { Readable } from "node:stream";
import { toDomainError } from "../../domain/errors.ts";
import { openDiskBlobs } from "../disk-blobs.ts";

const [folder = "", size = "0"] = process.argv.slice(2);
const blobs = await openDiskBlobs({ folder, writer: "node-0" });
const outcome = await blobs.put(7, Readable.from([Buffer.alloc(Number(size))])).then(
  () => "stored",
  (error: unknown) => toDomainError(error).code,
);
process.stdout.write(`${outcome}\n`);
