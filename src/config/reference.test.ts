import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readGraph } from "../workflow/graph/read-graph.ts";
import { readInstallationFile } from "./file.ts";
import { installationJsonSchema, withVariableTable } from "./reference.ts";

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe("docs/configuration.md", () => {
  it("has the table that `npm run reference` writes", async () => {
    const page = await readFile(fromRoot("docs/configuration.md"), "utf8");
    expect(withVariableTable(page)).toBe(page);
    expect(page).toContain("| `ANTIPHON_PORT` | `8787` | whole number from 0 to 65535 | Port to listen on");
  });

  it("is refused without the place for the table", () => {
    expect(() => withVariableTable("# Configuration")).toThrow(/lacks/);
  });
});

describe("antiphon.schema.json", () => {
  it("is what `npm run reference` writes", async () => {
    const committed: unknown = JSON.parse(await readFile(fromRoot("antiphon.schema.json"), "utf8"));
    expect(committed).toEqual(JSON.parse(installationJsonSchema()));
    expect(committed).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  });
});

describe("antiphon.example.yaml", () => {
  const path = fromRoot("antiphon.example.yaml");

  it("is accepted as it is, with an empty environment", async () => {
    const file = await readInstallationFile(path, { environment: {}, readWorkflow: readGraph });
    expect(file.agents.map(({ slug }) => slug)).toEqual(["shop-assistant", "order-clerk"]);
    expect(file.knowledge[0]?.documents).toHaveLength(1);
  });

  it("names the schema for editors, and fits it", async () => {
    const text = await readFile(path, "utf8");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./antiphon.schema.json");
    const schema = z.fromJSONSchema(JSON.parse(await readFile(fromRoot("antiphon.schema.json"), "utf8")));
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
    expect(schema.safeParse({ ...parse(text), agentz: [] }).success).toBe(false);
  });
});
