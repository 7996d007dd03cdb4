import { describe, expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const PROXIES = ["10.0.0.0/8", "2001:db8:ffff::/48"];
const PROXY = "10.0.0.1";

function seen(forwardedFor: string | undefined, peer = PROXY, trusted: readonly string[] = PROXIES): string {
  return clientAddress({ peer, forwardedFor }, trusted);
}

describe("the client is", () => {
  test("who is at the other end of the connection, whatever it says, when that is no trusted proxy", () => {
    expect(seen("192.0.2.1", "198.51.100.7")).toBe("198.51.100.7");
    expect(seen("192.0.2.1", "::ffff:198.51.100.7")).toBe("::ffff:198.51.100.7");
    expect(seen("192.0.2.1", PROXY, [])).toBe(PROXY);
    expect(seen("192.0.2.1", "")).toBe("");
  });

  test("whom a trusted proxy names, IPv4 in the clothes of IPv6 or not", () => {
    expect(seen("192.0.2.1")).toBe("192.0.2.1");
    expect(seen("192.0.2.1", `::ffff:${PROXY}`)).toBe("192.0.2.1");
    expect(seen("2001:db8::7", "2001:db8:ffff::1")).toBe("2001:db8::7");
    expect(seen("192.0.2.1, ::ffff:10.0.0.2")).toBe("192.0.2.1");
  });

  test("the trusted proxy itself when it names nobody", () => {
    expect(seen(undefined)).toBe(PROXY);
  });

  test("the rightmost that is not trusted: what stands left of it was made up", () => {
    expect(seen("203.0.113.9, 192.0.2.1, 10.0.0.2,10.0.0.3")).toBe("192.0.2.1");
    expect(seen("10.0.0.9, 192.0.2.1")).toBe("192.0.2.1");
    expect(seen(`${"203.0.113.9,".repeat(1_000)} 192.0.2.1`)).toBe("192.0.2.1");
  });

  test("the leftmost when all are trusted", () => {
    expect(seen("10.2.0.1, 10.0.0.2")).toBe("10.2.0.1");
  });

  test.each([
    ["192.0.2.1:50123", "192.0.2.1"],
    ["192.0.2.1, 10.0.0.2:443", "192.0.2.1"],
    ["[2001:db8::7]:50123", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1"],
    ["  192.0.2.1\t", "192.0.2.1"],
  ])("named with a port or spaces: %j", (header, address) => {
    expect(seen(header)).toBe(address);
  });

  test.each([
    "",
    ",",
    "unknown",
    "192.0.2",
    "3221225985",
    "0xc0000201",
    "192.0.2.256",
    "192.0.2.1:",
    "192.0.2.1:port",
    "[192.0.2.1]",
    "[2001:db8::7",
    "2001:db8::7]:443",
    "fe80::1%eth0",
    "[fe80::1%eth0]:80",
    "client.example",
    "<script>",
    "192.0.2.1, unknown",
  ])("the trusted proxy itself when it writes no address: %j", (header) => {
    expect(seen(header)).toBe(PROXY);
    expect(seen(`${header}, 10.0.0.2`)).toBe("10.0.0.2");
  });

  test("whom the nearest proxy saw, whatever rubbish that one sent", () => {
    expect(seen("<script>, 192.0.2.1")).toBe("192.0.2.1");
  });
});
