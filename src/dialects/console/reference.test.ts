import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CONSOLE_OPERATIONS } from "./index.ts";
import { withReference } from "./reference.ts";

test("docs/console-api.md has what `npm run reference` writes", async () => {
  const page = await readFile(new URL("../../../docs/console-api.md", import.meta.url), "utf8");
  expect(withReference(page, CONSOLE_OPERATIONS)).toBe(page);
});

test("the reference cannot be put into a page without a place for it", () => {
  expect(() => withReference("# API", [])).toThrow(/lacks/);
});

test("every operation is there once and says what it does and reads", () => {
  const names = CONSOLE_OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { summary, method, path } of CONSOLE_OPERATIONS) {
    expect({ method, path, isSentence: /^[a-z].*[^.]$/.test(summary) }).toEqual({
      method,
      path,
      isSentence: true,
    });
  }
});

test("every field of every operation is explained", async () => {
  const page = withReference(PLACES, CONSOLE_OPERATIONS);
  expect(
    page.split("\n").filter((line) => /^\| `\w+` \| (query|body) \| (yes|no) \| +\|$/.test(line)),
  ).toEqual([]);
});

const PLACES = ["operations", "events"]
  .map((name) => `<!-- ${name}: made by \`npm run reference\`, do not edit -->\n<!-- end of ${name} -->`)
  .join("\n");
