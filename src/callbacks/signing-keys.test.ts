import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { SecretKeyError } from "../config/secrets.ts";
import { createEndpoint, updateEndpoint } from "./endpoints.ts";
import {
  openSigningKeys,
  type PublicSigningKey,
  portableKey,
  publicSigningKeys,
  rotateSigningKeys,
  SigningKeys,
} from "./signing-keys.ts";
import { openEndpointDesk } from "./testing/endpoint-desk.ts";

function belongs(publicKey: PublicSigningKey | undefined, privateKey: KeyObject | undefined): boolean {
  if (publicKey === undefined || privateKey === undefined) return false;
  const content = Buffer.from("content");
  const key = createPublicKey({ key: { ...publicKey }, format: "jwk" });
  return verify(null, content, key, sign(null, content, privateKey));
}

describe("the installation's signing keys", () => {
  test("are made for the first endpoint that wants them, once, and encrypted", async () => {
    const desk = await openEndpointDesk();
    const { store, secretKey } = desk.services;
    const { endpoint } = await desk.endpoint();
    expect(await publicSigningKeys(store)).toEqual([]);
    await updateEndpoint(desk.services, endpoint.id, { isAsymmetric: true });
    const [made, ...others] = await publicSigningKeys(store);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ kty: "OKP", crv: "Ed25519", kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(made && portableKey(made)).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    await desk.endpoint({ isAsymmetric: true });
    expect(await publicSigningKeys(store)).toEqual([made]);
    const [key] = await openSigningKeys(store, secretKey);
    expect(belongs(made, key)).toBe(true);
    expect(await store.settings.get("callbacks.signing-keys")).not.toContain("PRIVATE");
    await expect(openSigningKeys(store, { ...secretKey, id: "another0" })).rejects.toThrow(SecretKeyError);
  });

  test("are the same for all who need the first ones at once", async () => {
    const { store, services } = await openEndpointDesk();
    const opened = await Promise.all([1, 2, 3].map(() => openSigningKeys(store, services.secretKey)));
    const [published] = await publicSigningKeys(store);
    expect(opened.every(([key]) => belongs(published, key))).toBe(true);
  });

  test("are two after a rotation, the newest first, and never more", async () => {
    const { store, services } = await openEndpointDesk();
    const rotate = async () => {
      await rotateSigningKeys(store, services.secretKey);
      return publicSigningKeys(store);
    };
    const [first] = await rotate();
    const [second, ...older] = await rotate();
    expect(older).toEqual([first]);
    const third = await rotate();
    expect(third.slice(1)).toEqual([second]);
    const keys = await openSigningKeys(store, services.secretKey);
    expect(keys.map((key, index) => belongs(third[index], key))).toEqual([true, true]);
  });

  test("are read again after a minute by those who send, and at once when they could not be read", async () => {
    const { store, services } = await openEndpointDesk();
    const keys = new SigningKeys(store, services.secretKey);
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      vi.spyOn(store.settings, "get").mockRejectedValueOnce(new Error("the disk is gone"));
      await expect(keys.current()).rejects.toThrow("the disk is gone");
      const first = await keys.current();
      expect(first).toHaveLength(1);
      await rotateSigningKeys(store, services.secretKey);
      expect(await keys.current()).toBe(first);
      vi.advanceTimersByTime(60_000);
      expect(await keys.current()).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test("are not for callback apps", async () => {
    const { services, store } = await openEndpointDesk();
    const app = createEndpoint(services, { kind: "coze", name: "App", isAsymmetric: true });
    await expect(app).rejects.toMatchObject({ code: "request_invalid", field: "isAsymmetric" });
    expect(await publicSigningKeys(store)).toEqual([]);
  });
});
