import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { DomainError } from "../domain/errors.ts";

/** 32 MB and about 0.2 s of one core. Source: OWASP Password Storage Cheat Sheet, scrypt. */
const COST = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

const SHORTEST = 8;
/** Keeps hashing cheap for us whatever somebody sends. */
const LONGEST = 1_024;

/** Well-formed, with the cost of every other hash; no password has it. */
const NO_PASSWORD = format(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

interface Cost {
  log2N: number;
  r: number;
  p: number;
}

/**
 * `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, salt and key in base64 without padding. Rejects with `request_invalid` when
 * the password has fewer than 8 or more than 1024 characters.
 */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < SHORTEST || password.length > LONGEST) {
    const message = `a password must have ${SHORTEST} to ${LONGEST} characters`;
    throw new DomainError("request_invalid", message, { field: "password" });
  }
  const salt = randomBytes(SALT_BYTES);
  return format(COST, salt, await derive(password, salt, COST));
}

/** Whether this is the password of the hash. Without a hash it takes as long and resolves with false. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const { cost, salt, key } = parse(hash ?? NO_PASSWORD);
  const guess = await derive(password.slice(0, LONGEST + 1), salt, cost);
  return timingSafeEqual(guess, key) && password.length <= LONGEST && hash !== undefined;
}

/** The same password typed on another machine may be composed of other code points. */
function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** log2N, r, p, maxmem: MAX_MEMORY_BYTES };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function format({ log2N, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const parts = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (parts === null) throw new TypeError("the stored password hash is not in a form this version reads");
  const [, log2N, r, p, salt = "", key = ""] = parts;
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64"),
    key: Buffer.from(key, "base64"),
  };
}
