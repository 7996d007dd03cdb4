import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { NameServer } from "../../test/support/name-server.ts";
import { createResolver } from "./resolver.ts";

let names: NameServer;
let folder: string;

beforeEach(async () => {
  names = await NameServer.start();
  folder = await mkdtemp(join(tmpdir(), "antiphon-resolver-"));
});

afterEach(async () => {
  vi.useRealTimers();
  await names.close();
  await rm(folder, { recursive: true, force: true });
});

function resolver() {
  return createResolver({ servers: [names.address], hostsFile: join(folder, "hosts") });
}

function failure(code: string): object {
  return expect.objectContaining({ name: "OutboundError", code, reason: "dns" });
}

describe("a name", () => {
  test("leads to all of its addresses, IPv4 first", async () => {
    names.set("two.example", { addresses: ["2001:db8::7", "192.0.2.1", "192.0.2.2"] });
    expect(await resolver()("Two.Example.")).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::7"]);
  });

  test("with addresses of one kind leads to those", async () => {
    names.set("four.example", { addresses: ["192.0.2.1"] });
    names.set("six.example", { addresses: ["2001:db8::7"] });
    expect(await resolver()("four.example")).toEqual(["192.0.2.1"]);
    expect(await resolver()("six.example")).toEqual(["2001:db8::7"]);
  });

  test("that does not exist, or has no address, is said so, and one nobody answers for within 2 s", async () => {
    names.set("empty.example", { addresses: [] });
    names.set("silent.example", "silent");
    const resolve = resolver();
    await expect(resolve("unknown.example")).rejects.toEqual(failure("dns"));
    await expect(resolve("empty.example")).rejects.toEqual(failure("dns"));
    const startMs = performance.now();
    await expect(resolve("silent.example")).rejects.toEqual(failure("dns_timeout"));
    expect(performance.now() - startMs).toBeGreaterThan(900);
  });

  test("without an answer keeps no other name waiting", async () => {
    names.set("good.example", { addresses: ["192.0.2.1"] });
    const resolve = resolver();
    const silent = Array.from({ length: 50 }, (_, index) => {
      names.set(`silent-${index}.example`, "silent");
      return resolve(`silent-${index}.example`).catch(() => "failed");
    });
    let isFirst = true;
    await Promise.race([resolve("good.example"), ...silent]).then((answer) => {
      isFirst = Array.isArray(answer);
    });
    expect(isFirst).toBe(true);
    expect(await Promise.all(silent)).toEqual(silent.map(() => "failed"));
  });
});

describe("what is remembered", () => {
  test("is asked for once, by many at once too", async () => {
    names.set("one.example", { addresses: ["192.0.2.1"], ttlSeconds: 3_600 });
    const resolve = resolver();
    await Promise.all(Array.from({ length: 20 }, () => resolve("one.example")));
    await resolve("ONE.example");
    expect(names.questions.toSorted()).toEqual(["one.example A", "one.example AAAA"]);
  });

  test("is forgotten after the time of its records, after a minute at the latest", async () => {
    names.set("short.example", { addresses: ["192.0.2.1"], ttlSeconds: 20 }, { addresses: ["192.0.2.2"] });
    names.set("long.example", { addresses: ["192.0.2.3"], ttlSeconds: 3_600 }, { addresses: ["192.0.2.4"] });
    names.set("none.example", { addresses: ["192.0.2.5"], ttlSeconds: 0 }, { addresses: ["192.0.2.6"] });
    const resolve = resolver();
    const all = () => Promise.all(["short.example", "long.example", "none.example"].map(resolve));
    vi.useFakeTimers({ toFake: ["performance"] });
    expect(await all()).toEqual([["192.0.2.1"], ["192.0.2.3"], ["192.0.2.5"]]);
    vi.advanceTimersByTime(19_000);
    expect(await all()).toEqual([["192.0.2.1"], ["192.0.2.3"], ["192.0.2.6"]]);
    vi.advanceTimersByTime(2_000);
    expect(await all()).toEqual([["192.0.2.2"], ["192.0.2.3"], ["192.0.2.6"]]);
    vi.advanceTimersByTime(40_000);
    expect(await all()).toEqual([["192.0.2.2"], ["192.0.2.4"], ["192.0.2.6"]]);
  });

  test("of a failure is forgotten after five seconds", async () => {
    names.set("late.example", "unknown", { addresses: ["192.0.2.1"] });
    const resolve = resolver();
    vi.useFakeTimers({ toFake: ["performance"] });
    await expect(resolve("late.example")).rejects.toEqual(failure("dns"));
    vi.advanceTimersByTime(4_900);
    await expect(resolve("late.example")).rejects.toEqual(failure("dns"));
    vi.advanceTimersByTime(200);
    expect(await resolve("late.example")).toEqual(["192.0.2.1"]);
  });
});

describe("the hosts file", () => {
  test("goes before the name servers, and is read again when it changes", async () => {
    const path = join(folder, "hosts");
    names.set("intra", { addresses: ["192.0.2.9"] });
    const resolve = resolver();
    await writeFile(path, "# of this machine\n10.0.0.1\tIntra  shop # old\n10.0.0.2 shop\nnonsense intra\n");
    expect(await resolve("intra")).toEqual(["10.0.0.1"]);
    expect(await resolve("SHOP.")).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(names.questions).toEqual([]);
    await writeFile(path, "10.0.0.3 intra # new\n");
    await eventually(async () => expect(await resolve("intra")).toEqual(["10.0.0.3"]));
    await rm(path);
    await eventually(async () => expect(await resolve("intra")).toEqual(["192.0.2.9"]));
  });

  test("may be silent about localhost", async () => {
    expect(await resolver()("localhost")).toEqual(["127.0.0.1", "::1"]);
    expect(await resolver()("app.localhost")).toEqual(["127.0.0.1", "::1"]);
  });
});
