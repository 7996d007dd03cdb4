import { describe, expect, test } from "vitest";
import { isInNetworks, readNetwork } from "./networks.ts";

describe("a network", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["192.0.2.1", "192.0.2.1/32"],
    ["2001:db8::/32", "2001:db8::/32"],
    ["::1", "::1/128"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1/128"],
  ])("is written as %s", (text, network) => {
    expect(readNetwork(text)).toBe(network);
  });

  // What other programs would read as another address than the one that is meant.
  test.each([
    "",
    "10/8",
    "10.1",
    "010.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "10.0.0.0/33",
    "fe80::1%eth0",
    "shop",
  ])("is not written as %j", (text) => {
    expect(readNetwork(text)).toBeUndefined();
  });

  test.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "::ffff:10.1.2.3/128", true],
    ["::ffff:10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["11.1.2.3", "::ffff:10.0.0.0/104", false],
    ["10.1.2.3", "::/0", false],
    ["2001:db8::7", "2001:db8::/32", true],
    ["2001:db8::7", "0.0.0.0/0", false],
    ["", "0.0.0.0/0", false],
  ])("%j in %s: %j", (address, network, isInside) => {
    expect(isInNetworks(address, [network])).toBe(isInside);
  });
});
