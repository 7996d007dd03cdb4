import { randomBytes } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import { hashFileSecrets } from "./file-hashes.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

vi.mock("./passwords.ts", { spy: true });

const secretKey = { bytes: randomBytes(32), id: "00000000" };

beforeEach(() => vi.clearAllMocks());

async function aList() {
  const store = await openSqliteStore({ path: ":memory:" });
  const apply = async (key: typeof secretKey, ...secrets: { secret: string; hash: string | undefined }[]) => {
    const hashes = await hashFileSecrets({ store, secretKey: key }, "test", secrets);
    await hashes.remember(store);
    return hashes.changed;
  };
  return { store, apply };
}

test("a secret whose hash was right at an earlier start is neither hashed nor looked at again", async () => {
  const { store, apply } = await aList();
  const [hash] = await apply(secretKey, { secret: "open sesame", hash: undefined });
  expect(await verifyPassword("open sesame", hash)).toBe(true);
  vi.clearAllMocks();
  expect(await apply(secretKey, { secret: "open sesame", hash })).toEqual([undefined]);
  expect(verifyPassword).not.toHaveBeenCalled();
  expect(hashPassword).not.toHaveBeenCalled();
  await store.close();
});

test("a secret that is another, or a hash that somebody changed since, is hashed anew", async () => {
  const { store, apply } = await aList();
  const [hash] = await apply(secretKey, { secret: "open sesame", hash: undefined });
  const [other] = await apply(secretKey, { secret: "open barley", hash });
  expect(await verifyPassword("open barley", other)).toBe(true);
  const [back] = await apply(secretKey, { secret: "open barley", hash: await hashPassword("set by hand") });
  expect(await verifyPassword("open barley", back)).toBe(true);
  await store.close();
});

test("what is remembered says nothing without the key that it was made with", async () => {
  const { store, apply } = await aList();
  const [hash] = await apply(secretKey, { secret: "open sesame", hash: undefined });
  vi.clearAllMocks();
  const anotherKey = { bytes: randomBytes(32), id: "11111111" };
  expect(await apply(anotherKey, { secret: "open sesame", hash })).toEqual([undefined]);
  expect(verifyPassword).toHaveBeenCalledOnce();
  await store.close();
});
