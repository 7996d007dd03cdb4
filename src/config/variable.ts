import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";

/** How the text of an environment variable becomes a value. */
export interface VariableKind<T> {
  /** For the reference page and for error messages: "whole number from 1 to 10". */
  readonly accepts: string;
  readonly schema: z.ZodType<T, string>;
}

/** Everything there is to say about one variable. */
export interface VariableDeclaration {
  name: string;
  accepts: string;
  /** As it would be written in the environment; absent: not set. */
  default?: string;
  /** Absent: the value has no unit. */
  unit?: string;
  /** What it is for, one sentence or two. */
  sentence: string;
  /** Secrets are shown as set or not set, never by value. */
  secret: boolean;
}

export const text: VariableKind<string> = { accepts: "text", schema: z.string().trim().min(1) };

export const flag: VariableKind<boolean> = {
  accepts: "true or false",
  schema: z.stringbool({
    truthy: ["true", "1", "yes", "on"],
    falsy: ["false", "0", "no", "off"],
  }),
};

export function wholeNumber(least: number, most: number): VariableKind<number> {
  return {
    accepts: `whole number from ${least} to ${most}`,
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(least).max(most)),
  };
}

export function oneOf<const Words extends readonly [string, ...string[]]>(
  ...words: Words
): VariableKind<Words[number]> {
  return { accepts: words.join(" or "), schema: z.enum<Words>(words) };
}

/** What `isWebAddress` wants. */
export const WEB_ADDRESS = "address beginning with http:// or https://, without user name and password";

/** An http(s) address, read without a slash at the end. */
export const webAddress: VariableKind<string> = {
  accepts: WEB_ADDRESS,
  schema: z
    .string()
    .refine(isWebAddress)
    .transform((address) => address.replace(/\/+$/, "")),
};

/** Scheme, host and port of a web server: nothing after them. */
export const webOrigin: VariableKind<string> = {
  accepts: "address beginning with http:// or https://, with nothing after host and port",
  schema: z
    .string()
    .refine((address) => isWebAddress(address) && new URL(address).origin === address.replace(/\/$/, ""))
    .transform((address) => address.replace(/\/$/, "")),
};

export const postgresAddress: VariableKind<string> = {
  accepts: "address beginning with postgres://",
  schema: z.string().refine((address) => /^postgres(ql)?:\/\/\S+$/.test(address) && URL.canParse(address)),
};

/** Of an HTTP proxy; user name and password may be in it. */
export const proxyAddress: VariableKind<string> = {
  accepts: "address beginning with http:// or https://",
  schema: z.string().refine((address) => /^https?:\/\/[^\s/]\S*$/.test(address) && URL.canParse(address)),
};

/** A list of networks, in CIDR notation; a single address stands for itself. */
export const networks: VariableKind<string[]> = {
  accepts: "networks such as 10.0.0.0/8,192.168.1.5/32, separated by commas",
  schema: z
    .string()
    .transform((list) => list.split(",").map((entry) => entry.trim()))
    .pipe(z.array(z.string().refine(isNetwork)))
    .transform((entries) => entries.map(withMask)),
};

/** An offset from UTC such as `+08:00`, read as minutes east. */
export const timeZoneOffset: VariableKind<number> = {
  accepts: "offset from UTC such as +08:00",
  schema: z
    .string()
    .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/)
    .transform((offset) => {
      const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
      return offset.startsWith("-") ? -minutes : minutes;
    }),
};

/** A path to put before routes: begins with a slash, ends without one. */
export const pathPrefix: VariableKind<string> = {
  accepts: "path such as /app/v1",
  schema: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)+\/?$/)
    .transform((path) => path.replace(/\/$/, "")),
};

/** Whether this is an absolute http(s) address. A password has no place in it: addresses are shown and logged. */
export function isWebAddress(address: string): boolean {
  if (!/^https?:\/\/[^\s/]/.test(address) || !URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  return username === "" && password === "";
}

/** Short and octal spellings of IPv4, which mean different addresses to different programs, are none. */
function isNetwork(entry: string): boolean {
  const [base = "", bits] = entry.split("/", 2);
  if (isIP(base) === 0 || base.includes("%")) return false;
  return bits === undefined || ipaddr.isValidCIDR(entry);
}

function withMask(entry: string): string {
  if (entry.includes("/")) return entry;
  return `${entry}/${ipaddr.parse(entry).kind() === "ipv4" ? 32 : 128}`;
}
