import { isIP } from "node:net";
import { isInNetworks } from "./networks.ts";

/**
 * Where a request came from: `peer`, the address at the other end of the connection, unless that is a trusted proxy.
 * Every proxy adds who spoke to it at the right end of `x-forwarded-for`, so what stands left of the first address
 * that is not trusted may be anybody's invention. When a trusted proxy names no address (`unknown`, rubbish), the
 * client is that proxy; when all are trusted, the leftmost.
 */
export function clientAddress(
  { peer, forwardedFor }: { peer: string; forwardedFor: string | undefined },
  trustedProxies: readonly string[],
): string {
  const isTrusted = (address: string) => isInNetworks(address, trustedProxies);
  if (forwardedFor === undefined || !isTrusted(peer)) return peer;
  let nearest = peer;
  for (const entry of forwardedFor.split(",").reverse()) {
    const address = addressOf(entry.trim());
    if (address === undefined) return nearest;
    nearest = address;
    if (!isTrusted(address)) return address;
  }
  return nearest;
}

/** Some proxies write ports too: `192.0.2.1:443`, `[2001:db8::1]:443`. */
const WITH_PORT = /^(?:\[(?<ipv6>[^\]%]+)\]|(?<ipv4>[^:]+))(?::\d{1,5})?$/;

function addressOf(entry: string): string | undefined {
  const { ipv6, ipv4 } = WITH_PORT.exec(entry)?.groups ?? {};
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? ipv6 : undefined;
  if (ipv4 !== undefined) return isIP(ipv4) === 4 ? ipv4 : undefined;
  // Zones (`fe80::1%eth0`) mean something to one machine only.
  return isIP(entry) === 6 && !entry.includes("%") ? entry : undefined;
}
