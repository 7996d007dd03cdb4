import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  decryptSecret,
  encryptSecret,
  hashKey,
  newAppKey,
  openSecretKey,
  parseSecretKey,
  SecretKeyError,
} from "./secrets.ts";

const KEY = parseSecretKey("ab".repeat(32), "the test");
const OTHER_KEY = parseSecretKey("cd".repeat(32), "the test");

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "antiphon-secrets-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("openSecretKey", () => {
  it("makes a key that only its owner may read, and finds it again", async () => {
    const data = join(directory, "new", "data");
    const made = await openSecretKey(undefined, data);
    const found = await openSecretKey(undefined, data);
    expect(found.bytes.equals(made.bytes)).toBe(true);
    expect((await stat(join(data, "secret.key"))).mode & 0o777).toBe(0o600);
    expect(await readdir(data)).toEqual(["secret.key"]);
  });

  it("gives processes that start at once the same key", async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => openSecretKey(undefined, directory)));
    expect(new Set(keys.map((key) => key.id)).size).toBe(1);
    expect(await readdir(directory)).toEqual(["secret.key"]);
  });

  it("prefers the configured key and writes nothing", async () => {
    const key = await openSecretKey(KEY.bytes.toString("base64"), directory);
    expect(key.bytes.equals(KEY.bytes)).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });

  it("refuses a key file that holds no key, and leaves it as it is", async () => {
    await writeFile(join(directory, "secret.key"), "not a key");
    await expect(openSecretKey(undefined, directory)).rejects.toThrow(/secret\.key must hold 32 bytes/);
    expect(await readFile(join(directory, "secret.key"), "utf8")).toBe("not a key");
  });
});

describe("parseSecretKey", () => {
  it("reads hex, base64 and base64url alike", () => {
    const bytes = Buffer.alloc(32, 0xfb);
    for (const text of [bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")]) {
      expect(parseSecretKey(`${text}\n`, "the test").bytes.equals(bytes)).toBe(true);
    }
  });

  it.each(["", "short", "ab".repeat(31), "ab".repeat(33), "!".repeat(43)])("refuses %j", (text) => {
    expect(() => parseSecretKey(text, "ANTIPHON_SECRET_KEY")).toThrow(SecretKeyError);
  });
});

describe("encryptSecret", () => {
  it("gives back what was put in, and never looks the same twice", () => {
    const [one, two] = [encryptSecret(KEY, "秘密"), encryptSecret(KEY, "秘密")];
    expect(decryptSecret(KEY, one)).toBe("秘密");
    expect(one).not.toBe(two);
    expect(one).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(decryptSecret(KEY, encryptSecret(KEY, ""))).toBe("");
  });

  it("tells a wrong key from a damaged secret", () => {
    const sealed = encryptSecret(KEY, "secret");
    expect(() => decryptSecret(OTHER_KEY, sealed)).toThrow(/was encrypted with key/);
    const at = sealed.length - 4;
    const damaged = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
    expect(() => decryptSecret(KEY, damaged)).toThrow(/damaged/);
    expect(() => decryptSecret(KEY, `v1.${KEY.id}.`)).toThrow(/damaged/);
    expect(() => decryptSecret(KEY, "plain")).toThrow(/not in a form/);
  });
});

describe("keys", () => {
  it("look like HiAgent's and differ", () => {
    const keys = new Set(Array.from({ length: 100 }, newAppKey));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-v]{20}$/);
  });

  it("are stored as SHA-256", () => {
    expect(hashKey("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
