import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastWebBuild, sourceStamp, upToDateWebBuild } from "../src/web-build.ts";

test("pages that were built of these sources are not built again, and nothing is said", async () => {
  await upToDateWebBuild(() => undefined);
  const said: string[] = [];
  const built = await upToDateWebBuild((line) => said.push(line));
  expect(said).toEqual([]);
  expect(built).toEqual(lastWebBuild());
  expect(sourceStamp()).toMatch(/^[0-9a-f]{16}$/);
});

test("what is built runs no inline script and names no other origin", () => {
  const built = lastWebBuild();
  if ("problem" in built) throw new Error(built.problem);
  for (const [page, base] of [
    ["console/index.html", "/console/"],
    ["share/index.html", "/share/"],
  ] as const) {
    const html = readFileSync(join(built.folder, page), "utf8");
    const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.map(([, , inside]) => inside)).toEqual([""]);
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
    expect(addresses.filter((address) => !address.startsWith(`${base}assets/`))).toEqual([]);
  }
  expect(existsSync(join(built.folder, "share/embed.js"))).toBe(true);
});
