import { createHmac } from "node:crypto";
import type { SecretKey } from "../config/secrets.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

/** A secret of the configuration file, and the slow hash that is stored of the one before. */
export interface FileSecret {
  secret: string;
  /** Absent: none is stored. */
  hash: string | undefined;
}

export interface FileHashes {
  /** In the order of the secrets. Undefined where the stored one is right. */
  changed: (string | undefined)[];
  /** Keeps, in the transaction that stores the hashes, what spares the next start from looking again. */
  remember(repositories: Pick<Repositories, "settings">): Promise<void>;
}

/**
 * Hashes secrets anew where they are others. A hash takes a fifth of a second, and so does a look whether it is right;
 * that a hash was once right is remembered as a digest under the installation's own key, without which it says nothing.
 * `name` tells the lists of secrets apart.
 */
export async function hashFileSecrets(
  { store, secretKey }: { store: Pick<Store, "settings">; secretKey: SecretKey },
  name: string,
  secrets: FileSecret[],
): Promise<FileHashes> {
  const setting = `file-secrets/${name}`;
  const remembered = (await store.settings.get(setting)) ?? "[]";
  const known = new Set<string>(JSON.parse(remembered));
  const mark = (hash: string, secret: string) =>
    createHmac("sha256", secretKey.bytes).update(`file secret ${hash} ${secret}`).digest("base64url");
  const changed = await Promise.all(
    secrets.map(async ({ secret, hash }) => {
      if (hash !== undefined && known.has(mark(hash, secret))) return undefined;
      return (await verifyPassword(secret, hash)) ? undefined : hashPassword(secret);
    }),
  );
  const marks = secrets.map(({ secret, hash = "" }, index) => mark(changed[index] ?? hash, secret));
  const text = JSON.stringify(marks);
  return {
    changed,
    async remember({ settings }) {
      if (text !== remembered) await settings.set(setting, text);
    },
  };
}
