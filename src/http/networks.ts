import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** A network in CIDR form; a single address stands for itself. Undefined when it is neither. */
export function readNetwork(text: string): string | undefined {
  const [base = "", bits] = text.split("/", 2);
  const kind = base.includes("%") ? 0 : isIP(base);
  if (kind === 0) return undefined;
  if (bits === undefined) return `${base}/${kind === 4 ? 32 : 128}`;
  return ipaddr.isValidCIDR(text) ? text : undefined;
}

/** Whether the address lies in one of the networks. IPv4 in the clothes of IPv6 is IPv4, also as a network. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = undressed(ipaddr.parseCIDR(network));
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
}

/** Bits before the IPv4 address in an IPv6 one that stands for it. */
const MAPPED_BITS = 96;

function undressed([base, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number]): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const isMapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= MAPPED_BITS;
  return isMapped ? [base.toIPv4Address(), bits - MAPPED_BITS] : [base, bits];
}
