import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");
/**
 * The guarded client; models and the database, whose addresses come from the operator; what looks for model servers on
 * this machine when it is asked to; the command line, a client. Examples are programs for other people to read.
 */
const MAY_DIAL =
  /^(http\/(outbound|connections|exchange)\.ts|models\/.*|catalog\/local-servers\.ts|storage\/postgres\/connections\.ts|cli\/.*|dialects\/\w+\/examples\.ts)$/;
const DIALS =
  /from\s+["'](undici|(node:)?(http|https|http2|net|tls|dgram))(\/[^"']*)?["']|import\(\s*["']undici|\bfetch\s*\(|\bnew (WebSocket|EventSource)\b|globalThis\.fetch/;
const TYPES_OR_SERVERS =
  /import\s+(type\s+)?\{([^}]*)\}\s+from\s+["'](?:node:)?(?:http|https|net|tls)["'];?/g;
const HARMLESS = new Set(["STATUS_CODES", "createSecureContext", "createServer", "isIP", "isIPv4", "isIPv6"]);

/** The text without imports that only bring types, names of constants, or the server's side. */
function withoutHarmlessImports(source: string): string {
  return source.replace(TYPES_OR_SERVERS, (statement, isType: string | undefined, names: string) => {
    const values = names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "));
    return isType !== undefined || values.every((name) => HARMLESS.has(name)) ? "" : statement;
  });
}

test("in the server, only the guarded client, the models and the database open connections to elsewhere", () => {
  const files = globSync("**/*.ts", { cwd: SOURCES })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.endsWith(".test.ts"));
  expect(files).toContain("http/outbound.ts");
  const offenders = files
    .filter((path) => !MAY_DIAL.test(path))
    .filter((path) => DIALS.test(withoutHarmlessImports(readFileSync(join(SOURCES, path), "utf8"))));
  expect(offenders).toEqual([]);
});

test.each([
  'import { request } from "undici";',
  'const undici = await import("undici");',
  'import { connect } from "node:net";',
  'import https from "node:https";',
  "await fetch(url);",
  "new WebSocket(url);",
])("would find %s", (source) => {
  expect(DIALS.test(withoutHarmlessImports(source))).toBe(true);
});
