import { expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { cheapHash } from "./testing/cheap-hash.ts";

it("a hash is opened by its own password, says how it was made, and never looks the same twice", async () => {
  const [first, second] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(await verifyPassword("correct horse", first)).toBe(true);
  expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(second).not.toBe(first);
});

it("no other password opens a hash", async () => {
  const hash = cheapHash("correct horse");
  for (const guess of ["correct horse ", "Correct horse", ""]) {
    expect(await verifyPassword(guess, hash)).toBe(false);
  }
});

it("reads hashes that were made with other costs", async () => {
  // scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1). Source: RFC 7914 §12.
  const salt = Buffer.from("SodiumChloride").toString("base64").replace(/=+$/, "");
  const key = Buffer.from("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2", "hex");
  const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${key.toString("base64").replace(/=+$/, "")}`;
  expect(await verifyPassword("pleaseletmein", hash)).toBe(true);
  expect(await verifyPassword("pleaseletmeout", hash)).toBe(false);
});

it("the same letters composed in another way are the same password", async () => {
  const hash = cheapHash("Zürich-Brücke");
  expect(await verifyPassword("Zürich-Brücke".normalize("NFD"), hash)).toBe(true);
});

it("nothing opens a user without a password", async () => {
  expect(await verifyPassword("correct horse", undefined)).toBe(false);
});

it.each(["", "1234567", "x".repeat(1_025)])(
  "refuses passwords that are too short or too long",
  async (password) => {
    await expect(hashPassword(password)).rejects.toMatchObject({
      code: "request_invalid",
      field: "password",
    });
  },
);

it("a guess longer than any password is wrong, whatever it begins with", async () => {
  const longest = "x".repeat(1_024);
  expect(await verifyPassword(longest, cheapHash(longest))).toBe(true);
  expect(await verifyPassword(`${longest}x`, cheapHash(longest))).toBe(false);
  expect(await verifyPassword(`${longest}x`, cheapHash(`${longest}x`))).toBe(false);
});

it("says so when a stored hash is none", async () => {
  await expect(verifyPassword("correct horse", "md5:abc")).rejects.toThrow(/not in a form/);
});
