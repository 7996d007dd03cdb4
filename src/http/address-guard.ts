import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Of all of IPv6, only this holds addresses of the public network. */
const PUBLIC_IPV6: Network = ipaddr.parseCIDR("2000::/3");
/** IPv4 seen through a NAT64 gateway (RFC 6052): the address meant is in the last four bytes. */
const NAT64: Network = ipaddr.parseCIDR("64:ff9b::/96");

/**
 * Says of an IP address whether one may connect to it: public addresses, and those in `allowPrivate` (CIDR).
 * Everything that is not known to be public is refused: loopback, private, link-local (and so the metadata services
 * of clouds), carrier-grade NAT, unique-local, multicast, reserved, and IPv6 forms that tunnel IPv4.
 * Throws a `RangeError` naming the entry when `allowPrivate` holds something else than CIDR blocks.
 */
export function addressGuard(allowPrivate: readonly string[]): (address: string) => boolean {
  const allowed = allowPrivate.map(parseNetwork);
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = embeddedIpv4(ipaddr.parse(text));
    return allowed.some((network) => contains(network, address)) || isPublic(address);
  };
}

function parseNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text);
  } catch (error) {
    throw new RangeError(`not a CIDR block: ${JSON.stringify(text)}`, { cause: error });
  }
}

/** The IPv4 address that a mapped or NAT64 address stands for; other addresses as they are. */
function embeddedIpv4(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (contains(NAT64, address)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}

function contains([network, bits]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || contains(PUBLIC_IPV6, address);
}
