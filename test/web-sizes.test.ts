import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { buildSizes, kilobytes, withSizes } from "../console/build/sizes.ts";
import { lastWebBuild } from "../src/web-build.ts";

const built = lastWebBuild();
if ("problem" in built) throw new Error(built.problem);
const sizes = buildSizes(built.folder);

/** Compressors of other versions, and a few words more, are no reason to write the table again. */
const TOLERANCE = { share: 0.1, kilobytes: 6 };

test("the page one lands on and the share page are as small as was promised", () => {
  const promised = sizes.filter(({ limit }) => limit !== undefined);
  expect(promised.map(({ limit }) => limit)).toEqual([400_000, 120_000]);
  for (const { bytes, limit = 0 } of promised) expect(bytes).toBeLessThanOrEqual(limit);
});

test("README.md tells how large the pages are", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const told = new Map(
    [...readme.matchAll(/^\| (.+?) \| (\d+) kB \|/gm)].map(([, page = "", size]) => [page, Number(size)]),
  );
  expect([...told.keys()]).toEqual(sizes.map(({ page }) => page));
  for (const { page, bytes } of sizes) {
    const now = kilobytes(bytes);
    const difference = Math.abs(now - (told.get(page) ?? 0));
    const allowed = Math.max(TOLERANCE.kilobytes, now * TOLERANCE.share);
    expect(difference, `${page}: run \`npm run build\``).toBeLessThanOrEqual(allowed);
  }
});

test("a page without a place for the table is refused", () => {
  expect(() => withSizes("# Antiphon", sizes)).toThrow(/lacks/);
});
