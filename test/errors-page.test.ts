import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONSOLE_ERRORS } from "../src/dialects/console/errors.ts";
import { COZE_ERRORS } from "../src/dialects/coze/errors.ts";
import { HIAGENT_ERRORS } from "../src/dialects/hiagent/errors.ts";
import { INSIGHT_ERRORS } from "../src/dialects/insight/errors.ts";
import { OAUTH_ERRORS } from "../src/dialects/oauth/errors.ts";
import { OPENAI_ERRORS } from "../src/dialects/openai/errors.ts";
import { ERROR_CODES } from "../src/domain/errors.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (.+) \|$/gm)].map(([, code = "", rest = ""]) => ({
  code,
  cells: rest.split(" | "),
}));

/** What a column tells, by code. */
function told(column: number): Record<string, string | undefined> {
  return Object.fromEntries(rows.map(({ code, cells }) => [code, cells[column]]));
}

function expected<Row>(table: Record<string, Row>, cell: (row: Row) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([code, row]) => [code, cell(row)]));
}

test("docs/errors.md lists every error code once, in the order of the source", () => {
  expect(rows.map(({ code }) => code)).toEqual([...ERROR_CODES]);
});

test("docs/errors.md says of every error what happened and what to do", () => {
  for (const { code, cells } of rows) expect({ code, columns: cells.length }).toEqual({ code, columns: 8 });
});

test("docs/errors.md tells the status and code that clients of every family see", () => {
  expect(told(0)).toEqual(expected(HIAGENT_ERRORS, ({ status, code }) => `${status} \`${code}\``));
  expect(told(1)).toEqual(expected(COZE_ERRORS, ({ status, code }) => `${status} \`${code}\``));
  expect(told(2)).toEqual(expected(OPENAI_ERRORS, ({ status, code }) => `${status} \`${code}\``));
  expect(told(3)).toEqual(expected(OAUTH_ERRORS, ({ status, error }) => `${status} \`${error}\``));
  expect(told(4)).toEqual(expected(CONSOLE_ERRORS, ({ status }) => String(status)));
  expect(told(5)).toEqual(expected(INSIGHT_ERRORS, ({ status, code }) => `${status} \`${code}\``));
});
