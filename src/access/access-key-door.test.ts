import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ACCESS_SCOPES, type AccessKey } from "../domain/access-key.ts";
import type { AccessKeyId, WorkspaceId } from "../domain/ids.ts";
import type { AccessKeyStore } from "../storage/store.ts";
import { AccessKeyDoor } from "./access-key-door.ts";
import { cheapHash } from "./testing/cheap-hash.ts";

const SECRET = "the secret";
const PER_MINUTE = 30;

function keyNamed(keyId: string, limits: Partial<AccessKey> = {}): AccessKey {
  return {
    id: keyId.length as AccessKeyId,
    keyId,
    workspaceId: 1 as WorkspaceId,
    name: keyId,
    secretHash: cheapHash(SECRET),
    scopes: [...ACCESS_SCOPES],
    version: 1,
    isFromFile: false,
    createdAt: new Date(),
    ...limits,
  };
}

function doorOf(...keys: AccessKey[]): AccessKeyDoor {
  return limitedDoorOf({ requestsPerSecond: 60 }, ...keys);
}

function limitedDoorOf(options: { requestsPerSecond: number }, ...keys: AccessKey[]): AccessKeyDoor {
  const accessKeys: Pick<AccessKeyStore, "get" | "findByKeyId" | "list" | "touch"> = {
    get: async (id) => keys.find((key) => key.id === id),
    findByKeyId: async (keyId) => keys.find((key) => key.keyId === keyId),
    list: async () => keys,
    touch: async () => {},
  };
  return new AccessKeyDoor(
    { store: { accessKeys }, secretKey: { bytes: randomBytes(32), id: "00000000" } },
    options,
  );
}

const from = (address: string, origin?: string) => ({ address, origin });

describe("tokens are given out", () => {
  test("thirty times a minute with one key, wherever it is used", async () => {
    const door = doorOf(keyNamed("a"), keyNamed("bb"));
    const ask = (keyId: string, count: number) => door.issueToken(keyId, SECRET, from(`10.0.0.${count}`));
    for (let count = 0; count < PER_MINUTE; count += 1) await ask("a", count);
    await expect(ask("a", 100)).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: expect.any(Number),
    });
    await ask("bb", 101);
  });

  test("thirty times a minute to one address, or one site of IPv6, whatever the key", async () => {
    const keys = Array.from({ length: PER_MINUTE + 1 }, (_, index) => keyNamed("k".repeat(index + 1)));
    const door = doorOf(...keys);
    const ask = ({ keyId }: AccessKey, address: string) => door.issueToken(keyId, SECRET, from(address));
    const [last = keyNamed("last"), ...others] = keys;
    for (const [index, key] of others.entries()) await ask(key, `2001:db8:1:2::${index + 1}`);
    await expect(ask(last, "2001:db8:1:2::ffff")).rejects.toMatchObject({ code: "rate_limited" });
    await ask(last, "2001:db8:1:3::1");
  });
});

describe("a key is used", () => {
  /** How many of a thousand requests with one key are let in; rejects when another key is not. */
  async function letIn(requestsPerSecond: number) {
    const door = limitedDoorOf({ requestsPerSecond }, keyNamed("a"), keyNamed("bb"));
    const tokenOf = async (keyId: string) => (await door.issueToken(keyId, SECRET, from("10.0.0.1"))).token;
    const [token, other] = [await tokenOf("a"), await tokenOf("bb")];
    let count = 0;
    const requests = Array.from({ length: 1_000 }, () => door.authenticate(token, from("10.0.0.1")));
    for (const { status } of await Promise.allSettled(requests)) if (status === "fulfilled") count += 1;
    await door.authenticate(other, from("10.0.0.1"));
    return count;
  }

  test("so often in a second, twice at once, and others as often; or without a limit", async () => {
    const count = await letIn(5);
    expect(count).toBeGreaterThanOrEqual(10);
    expect(count).toBeLessThan(1_000);
    expect(await letIn(0)).toBe(1_000);
  });

  test("only from its networks, whichever clothes the address wears", async () => {
    const door = doorOf(keyNamed("a", { networks: ["192.0.2.0/24", "2001:db8::/32"] }));
    const ask = (address: string) => door.issueToken("a", SECRET, from(address));
    for (const address of ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:7::1"]) await ask(address);
    for (const address of ["192.0.3.1", "::ffff:192.0.3.1", "2001:db9::1", ""]) {
      await expect(ask(address)).rejects.toMatchObject({ code: "permission_denied" });
    }
    const { token } = await ask("192.0.2.7");
    await door.authenticate(token, from("192.0.2.8"));
    await expect(door.authenticate(token, from("192.0.3.1"))).rejects.toMatchObject({
      code: "permission_denied",
    });
  });

  test("by pages of the origins it names, and by no page that another key lets in", async () => {
    const [page, other, nobody] = ["https://shop.example", "https://other.example", "https://nobody.example"];
    const door = doorOf(
      keyNamed("a", { origins: [page] }),
      keyNamed("bb", { origins: [other] }),
      keyNamed("ccc"),
    );
    const mayUse = async (keyId: string, origin?: string) =>
      door.issueToken(keyId, SECRET, from("192.0.2.1", origin)).then(
        () => true,
        () => false,
      );
    expect([await mayUse("a", page), await mayUse("a", other), await mayUse("a", nobody)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([await mayUse("ccc", page), await mayUse("ccc", nobody), await mayUse("ccc")]).toEqual([
      false,
      true,
      true,
    ]);
    expect([await door.knowsOrigin(page), await door.knowsOrigin(nobody)]).toEqual([true, false]);
  });

  test("as long as it is enabled: pages of disabled keys are shut out", async () => {
    const door = doorOf(keyNamed("a", { origins: ["https://shop.example"], disabledAt: new Date() }));
    expect(await door.knowsOrigin("https://shop.example")).toBe(false);
  });
});
