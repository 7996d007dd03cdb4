import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/**
 * What an IP address is to us. `public`: anybody's. `listed`: not public, and let through by an exception.
 * `refused`: neither; nobody may be sent there.
 */
export type AddressVerdict = "public" | "listed" | "refused";

export interface AddressPolicy {
  /** CIDR blocks that may be reached although they are not public. */
  allowPrivate: readonly string[];
  /** Whether `allowPrivate` also lets through the metadata services of clouds. They give out credentials. */
  allowMetadata?: boolean;
}

/** Of all of IPv6, only this holds addresses of the public network. */
const PUBLIC_IPV6: Network = ipaddr.parseCIDR("2000::/3");
/** IPv4 seen through a NAT64 gateway (RFC 6052): the address meant is in the last four bytes. */
const NAT64: Network = ipaddr.parseCIDR("64:ff9b::/96");

/**
 * Where clouds answer their machines' questions, about their credentials among others: AWS, Google, Azure and most
 * others (169.254.169.254), AWS containers, Scaleway, Tencent, Alibaba, Volcengine, Oracle, Azure's host, and the
 * IPv6 twins of AWS, Google and Scaleway.
 */
const METADATA: readonly Network[] = [
  "169.254.169.254/32",
  "169.254.170.2/32",
  "169.254.170.23/32",
  "169.254.42.42/32",
  "169.254.0.23/32",
  "100.100.100.200/32",
  "100.96.0.96/32",
  "192.0.0.192/32",
  "168.63.129.16/32",
  "fd00:ec2::254/128",
  "fd00:ec2::23/128",
  "fd20:ce::254/128",
  "fd00:42::42/128",
].map((text) => ipaddr.parseCIDR(text));

/**
 * Judges IP addresses. Everything that is not known to be public is refused: loopback, private, link-local,
 * carrier-grade NAT, unique-local, multicast, reserved, and IPv6 forms that tunnel IPv4. IPv4 addresses inside
 * mapped and NAT64 ones are judged as what they stand for.
 * Throws a `RangeError` naming the entry when `allowPrivate` holds something else than CIDR blocks.
 */
export function addressGuard(policy: AddressPolicy): (address: string) => AddressVerdict {
  const listed = policy.allowPrivate.map(parseNetwork);
  return (text) => {
    if (!ipaddr.isValid(text)) return "refused";
    const address = embeddedIpv4(ipaddr.parse(text));
    const isMetadata = METADATA.some((network) => contains(network, address));
    if (isMetadata && policy.allowMetadata !== true) return "refused";
    if (listed.some((network) => contains(network, address))) return "listed";
    return isPublic(address) && !isMetadata ? "public" : "refused";
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
