import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** The rooms of each floor; a room imports only from lower floors. Source of truth: `docs/architecture.md`. */
const FLOORS: Record<string, number> = {
  domain: 0,
  config: 0,
  log: 0,
  storage: 1,
  models: 1,
  http: 1,
  knowledge: 2,
  callbacks: 2,
  access: 2,
  catalog: 2,
  workflow: 3,
  chat: 4,
  publish: 5,
  learning: 5,
  dialects: 6,
  main: 7,
  app: 7,
  apply: 7,
  cli: 7,
  demo: 7,
  installation: 7,
  "start-server": 7,
  "web-build": 7,
};
const TOP_FLOOR = 7;

/** From outside, these rooms are only seen through their port files; the top floor may name what is inside. */
const PORTS: Record<string, string[]> = {
  storage: ["storage/store.ts", "storage/blob-store.ts"],
  models: ["models/chat-model.ts"],
};

/** Modules for other programs, without dependencies; the top floor may use them like anybody. */
const PUBLISHED = "../receiver/";

const CONSOLE_SOURCE = resolve(import.meta.dirname, "../console/src");

const SOURCE = resolve(import.meta.dirname, "../src");

interface Arrow {
  from: string;
  to: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .filter((file) => !/(^|\/)(testing|conformance)\//.test(file));

/** Every import of a file of ours: plain, type-only, side-effect, re-export and dynamic. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)["'](\.{1,2}\/[^"']+)["']/g;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? "");
}

function roomOf(file: string): string {
  const [first = ""] = file.split("/");
  return first.replace(/\.ts$/, "");
}

const arrows: Arrow[] = files.flatMap((file) =>
  importsOf(readFileSync(join(SOURCE, file), "utf8")).map((target) => ({
    from: file,
    to: relative(SOURCE, resolve(SOURCE, dirname(file), target)),
  })),
);

function violations(): string[] {
  return arrows.flatMap(({ from, to }) => {
    const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
    const [fromFloor, toFloor] = [FLOORS[fromRoom], FLOORS[toRoom]];
    if (fromFloor === TOP_FLOOR && to.startsWith(PUBLISHED)) return [];
    if (fromFloor === undefined) return [`${from}: room "${fromRoom}" stands on no floor`];
    if (toFloor === undefined) return [`${from}: imports "${to}", which stands on no floor`];
    if (fromRoom === toRoom) return crossesDialects(from, to);
    if (fromFloor < TOP_FLOOR && toFloor >= fromFloor) return [`${from} → ${to} does not point down`];
    const port = PORTS[toRoom];
    if (fromFloor < TOP_FLOOR && port !== undefined && !port.includes(to)) {
      return [`${from} → ${to} bypasses the port of "${toRoom}"`];
    }
    return [];
  });
}

function crossesDialects(from: string, to: string): string[] {
  const [, fromDialect = ""] = from.split("/");
  const [room, toDialect = ""] = to.split("/");
  return room === "dialects" && fromDialect !== toDialect ? [`${from} → ${to} crosses dialects`] : [];
}

describe("the rooms", () => {
  test("are found", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(arrows.length).toBeGreaterThan(100);
    expect(new Set(files.map(roomOf))).toContain("dialects");
  });

  test("import only from lower floors, and through ports", () => {
    expect(violations()).toEqual([]);
  });

  test("are recognised in every way an import can be written", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import "./c.ts";',
      'const d = await import("./d.ts");',
      'export { e } from "./e.ts";',
      '// import { no } from "./no.ts";',
    ].join("\n");
    expect(importsOf(text)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"]);
  });

  test("never evaluate text as code", () => {
    const evaluating = files.filter((file) =>
      /\beval\s*\(|new\s+Function\s*\(|from\s+["'](node:)?vm["']/.test(
        readFileSync(join(SOURCE, file), "utf8"),
      ),
    );
    expect(evaluating).toEqual([]);
  });
});

/** What others show within their pages: the chat with a draft, a trace, how a model is connected. */
const SHARED_SCENES = new Set(["draft-chat", "models", "trace"]);

/** What each folder of the pages may import beside itself; `.` is the files that stand alone. */
const CONSOLE_ROOMS: Record<string, string[]> = {
  ".": ["api", "parts", "scenes", "shell", "styles", "text"],
  api: ["."],
  parts: ["text", "."],
  scenes: ["api", "parts", "styles", "text", "."],
  share: ["api", "parts", "styles", "text", "."],
  shell: ["api", "parts", "styles", "text", "."],
  styles: ["text", "."],
  text: ["."],
};

describe("the pages", () => {
  const pages = readdirSync(CONSOLE_SOURCE, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  const folderOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? "") : ".");
  const found = pages.flatMap((from) =>
    importsOf(readFileSync(join(CONSOLE_SOURCE, from), "utf8")).map((target) => ({
      from,
      to: relative(CONSOLE_SOURCE, resolve(CONSOLE_SOURCE, dirname(from), target)),
    })),
  );

  test("are found", () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(new Set(pages.map(folderOf))).toEqual(new Set(Object.keys(CONSOLE_ROOMS)));
  });

  test("import what their folder may: parts know neither scenes nor the server, scenes not each other", () => {
    const wrong = found.filter(({ from, to }) => {
      const [room, other] = [folderOf(from), folderOf(to)];
      if (room === "scenes" && other === "scenes")
        return sceneOf(from) !== sceneOf(to) && !SHARED_SCENES.has(sceneOf(to));
      return room !== other && !(CONSOLE_ROOMS[room] ?? []).includes(other);
    });
    expect(wrong).toEqual([]);
  });

  test("never write HTML as text, and fetch in two places only", () => {
    const texts = pages.map((file) => ({ file, text: readFileSync(join(CONSOLE_SOURCE, file), "utf8") }));
    const writing = /dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write/;
    expect(texts.filter(({ text }) => writing.test(text)).map(({ file }) => file)).toEqual([]);
    expect(
      texts
        .filter(({ text }) => /(?<![.\w])fetch\(/.test(text))
        .map(({ file }) => file)
        .sort(),
    ).toEqual(["api/client.ts", "share/client.ts"]);
  });
});

function sceneOf(file: string): string {
  return file.split("/")[1] ?? "";
}
