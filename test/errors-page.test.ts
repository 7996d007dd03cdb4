import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HIAGENT_ERRORS } from "../src/dialects/hiagent/errors.ts";
import { ERROR_CODES } from "../src/domain/errors.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d+) `([A-Za-z.]+)` \|/gm)];

test("docs/errors.md lists every error code once, in the order of the source", () => {
  expect(rows.map((row) => row[1])).toEqual([...ERROR_CODES]);
});

test("docs/errors.md tells the status and code that HiAgent clients see", () => {
  const told = Object.fromEntries(
    rows.map(([, code, status, wire]) => [code, { status: Number(status), code: wire }]),
  );
  expect(told).toEqual(HIAGENT_ERRORS);
});
