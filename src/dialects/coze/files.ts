import { homeMembership } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { StoredFile } from "../../domain/file.ts";
import type { FileId } from "../../domain/ids.ts";
import type { UploadedFile } from "../../http/route.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { fileName } from "./file-names.ts";
import { HEAD_BYTES, mediaTypeOf } from "./file-types.ts";
import { formatId } from "./ids.ts";
import { wireId } from "./wire.ts";

/** Source: spec page §9. Files are never given out again. */
export const fileEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /v1/files/upload",
    section: "§9",
    permission: "uploadFile",
    summary: "store a file, to be used in messages",
    isUpload: true,
    async run({ services, caller, call }) {
      const upload = await call.upload({ field: "file", maxBytes: services.options.maxFileBytes });
      return { data: presentFile(await storeFile(services, caller, upload)) };
    },
  }),
  endpoint({
    route: "GET /v1/files/retrieve",
    section: "§9",
    permission: "retrieveFile",
    summary: "what is known of an uploaded file",
    query: { file_id: wireId<FileId>() },
    async run({ services, caller, query }) {
      const file = await services.store.files.find(query.file_id);
      if (file === undefined || file.ownerId !== caller.user.id) {
        throw new DomainError("not_found", "no such file");
      }
      return { data: presentFile(file) };
    },
  }),
];

/** The bytes are on the disk, then the row is; both when this resolves. Otherwise nothing is kept. */
async function storeFile(
  { store, blobs }: CozeServices,
  caller: TokenCaller,
  upload: UploadedFile,
): Promise<StoredFile> {
  const { workspaceId } = homeMembership(caller, "member");
  const id = store.newId<FileId>();
  const name = fileName(upload.name);
  let mediaType = "";
  const checked = checkedBytes(upload.bytes, (head) => {
    mediaType = mediaTypeOf(name, head);
  });
  const { sizeBytes } = await blobs.put(id, checked);
  const file = {
    id,
    workspaceId,
    ownerId: caller.user.id,
    name,
    mediaType,
    sizeBytes,
    createdAt: new Date(),
  };
  try {
    await store.files.insert(file);
  } catch (error) {
    await blobs.delete(id);
    throw error;
  }
  await store.flushed();
  return file;
}

/** Passes the bytes on, once `check` has seen how they begin and has not thrown. */
async function* checkedBytes(bytes: AsyncIterable<Buffer>, check: (head: Buffer) => void) {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) continue;
    check(head.subarray(0, HEAD_BYTES));
    yield head;
    head = undefined;
  }
  if (head === undefined) return;
  check(head);
  yield head;
}

function presentFile(file: StoredFile) {
  return {
    id: formatId(file.id),
    bytes: file.sizeBytes,
    file_name: file.name,
    created_at: Math.floor(file.createdAt.getTime() / 1_000),
  };
}
