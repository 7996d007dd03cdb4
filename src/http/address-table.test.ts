import fc from "fast-check";
import { expect, test } from "vitest";
import { addressGuard } from "./address-guard.ts";

/** Not of the public network. Source: IANA IPv4 Special-Purpose Address Registry; the last: Azure's metadata. */
const CLOSED_IPV4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...[
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
  ],
  ...["192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  "168.63.129.16/32",
];
/** Inside 2000::/3. Source: IANA IPv6 Special-Purpose Address Registry. */
const CLOSED_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

interface Block {
  first: bigint;
  last: bigint;
}

const closedIpv4 = CLOSED_IPV4.map((text) => blockOf(text, 32));
const closedIpv6 = CLOSED_IPV6.map((text) => blockOf(text, 128));
const globalIpv6 = blockOf("2000::/3", 128);
const mapped = blockOf("::ffff:0:0/96", 128);
const translated = blockOf("64:ff9b::/96", 128);

function blockOf(cidr: string, bits: 32 | 128): Block {
  const [address = "", length = ""] = cidr.split("/");
  const size = 1n << BigInt(bits - Number(length));
  const first = bits === 32 ? ipv4Number(address) : ipv6Number(address);
  return { first, last: first + size - 1n };
}

function ipv4Number(text: string): bigint {
  return text.split(".").reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function ipv6Number(text: string): bigint {
  const [head = "", tail = ""] = text.split("::");
  const words = (part: string) => part.split(":").filter((word) => word !== "");
  const zeros = Array.from({ length: 8 - words(head).length - words(tail).length }, () => "0");
  const all = [...words(head), ...(text.includes("::") ? zeros : []), ...words(tail)];
  return all.reduce((number, word) => number * 65_536n + BigInt(`0x${word}`), 0n);
}

function isIn(number: bigint, { first, last }: Block): boolean {
  return first <= number && number <= last;
}

function isPublicIpv4(number: bigint): boolean {
  return !closedIpv4.some((block) => isIn(number, block));
}

function isPublicIpv6(number: bigint): boolean {
  if (isIn(number, mapped) || isIn(number, translated)) return isPublicIpv4(number & 0xffff_ffffn);
  return isIn(number, globalIpv6) && !closedIpv6.some((block) => isIn(number, block));
}

function ipv4Text(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
}

function ipv6Text(number: bigint): string {
  return Array.from({ length: 8 }, (_, word) =>
    ((number >> BigInt(112 - 16 * word)) & 0xffffn).toString(16),
  ).join(":");
}

/** Any address, and often one on or beside an edge of a block. */
function anyAddress(bits: 32 | 128, blocks: readonly Block[]): fc.Arbitrary<bigint> {
  const most = (1n << BigInt(bits)) - 1n;
  const edges = blocks.flatMap(({ first, last }) => [
    first - 1n,
    first,
    first + 1n,
    last - 1n,
    last,
    last + 1n,
  ]);
  return fc.oneof(
    fc.bigInt({ min: 0n, max: most }),
    fc.constantFrom(...edges.filter((edge) => edge >= 0n && edge <= most)),
    ...blocks.map(({ first, last }) => fc.bigInt({ min: first, max: last })),
  );
}

const judge = addressGuard({ allowPrivate: [] });
const embedded = (prefix: Block) => anyAddress(32, closedIpv4).map((number) => prefix.first + number);

test("F27: 10,000 random IPv4 addresses are judged as an independent table says", () => {
  const check = fc.property(anyAddress(32, closedIpv4), (number) => {
    expect(judge(ipv4Text(number))).toBe(isPublicIpv4(number) ? "public" : "refused");
  });
  fc.assert(check, { numRuns: 10_000 });
});

test("F27: 10,000 random IPv6 addresses are judged as an independent table says", () => {
  const blocks = [...closedIpv6, globalIpv6, mapped, translated];
  const anyIpv6 = fc.oneof(anyAddress(128, blocks), embedded(mapped), embedded(translated));
  const check = fc.property(anyIpv6, (number) => {
    expect(judge(ipv6Text(number))).toBe(isPublicIpv6(number) ? "public" : "refused");
  });
  fc.assert(check, { numRuns: 10_000 });
});
