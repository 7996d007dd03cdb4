import { scryptSync } from "node:crypto";

/** A hash that `verifyPassword` reads, made and checked in no time: the hash itself says what it costs. */
export function cheapHash(password: string): string {
  const salt = Buffer.from("0123456789abcdef");
  const key = scryptSync(password, salt, 32, { N: 2, r: 1, p: 1 });
  const [saltText, keyText] = [salt, key].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  return `$scrypt$ln=1,r=1,p=1$${saltText}$${keyText}`;
}
