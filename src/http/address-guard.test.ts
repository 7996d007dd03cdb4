import { describe, expect, test } from "vitest";
import { addressGuard } from "./address-guard.ts";

describe("without exceptions", () => {
  const judge = addressGuard({ allowPrivate: [] });

  test.each(["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2400:3200::1"])(
    "%s is public",
    (address) => expect(judge(address)).toBe("public"),
  );

  test.each(["::ffff:8.8.8.8", "64:ff9b::808:808"])("%s stands for a public IPv4 address", (address) =>
    expect(judge(address)).toBe("public"),
  );

  test.each([
    ["this host", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["a metadata service in carrier-grade NAT", "100.100.100.200"],
    ["link-local", "169.254.1.1"],
    ["a metadata service", "169.254.169.254"],
    ["protocol assignments", "192.0.0.192"],
    ["documentation", "192.0.2.1"],
    ["benchmarks", "198.18.0.1"],
    ["6to4 relays", "192.88.99.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["nothing", "::"],
    ["loopback", "::1"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["unique-local", "fd00:ec2::254"],
    ["multicast", "ff02::1"],
    ["mapped loopback", "::ffff:127.0.0.1"],
    ["mapped private", "::ffff:a00:1"],
    ["translated private", "::ffff:0:10.0.0.1"],
    ["compatible private", "::10.0.0.1"],
    ["NAT64 of private", "64:ff9b::a00:1"],
    ["NAT64 of metadata", "64:ff9b::a9fe:a9fe"],
    ["local NAT64", "64:ff9b:1::808:808"],
    ["6to4 of private", "2002:a00:1::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["documentation", "2001:db8::1"],
    ["discard", "100::1"],
    ["unassigned", "4000::1"],
    ["no address at all", "localhost"],
    ["no address at all", ""],
  ])("%s (%s) is refused", (_what, address) => expect(judge(address)).toBe("refused"));
});

describe("with exceptions", () => {
  test("only what is listed is let through, also in its IPv6 spelling", () => {
    const judge = addressGuard({ allowPrivate: ["10.1.0.0/16", "fd00:1::/32"] });
    expect(["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::7"].map(judge)).toEqual(["listed", "listed", "listed"]);
    expect(["10.2.0.1", "127.0.0.1", "fd00:2::7"].map(judge)).toEqual(["refused", "refused", "refused"]);
  });

  test("metadata services need an exception of their own", () => {
    const allowPrivate = ["169.254.0.0/16", "100.64.0.0/10", "fd00::/8", "168.63.129.16/32"];
    const metadata = [
      "169.254.169.254",
      "::ffff:a9fe:a9fe",
      "100.100.100.200",
      "fd00:ec2::254",
      "168.63.129.16",
    ];
    expect(metadata.map(addressGuard({ allowPrivate }))).toEqual(metadata.map(() => "refused"));
    expect(metadata.map(addressGuard({ allowPrivate, allowMetadata: true }))).toEqual(
      metadata.map(() => "listed"),
    );
    expect(metadata.map(addressGuard({ allowPrivate: [], allowMetadata: true }))).toEqual(
      metadata.map(() => "refused"),
    );
  });

  test("an entry that is no CIDR block is named", () => {
    expect(() => addressGuard({ allowPrivate: ["10.0.0.0/8", "intranet"] })).toThrow(
      'not a CIDR block: "intranet"',
    );
  });
});
