import { z } from "zod";
import { configDeclarations } from "./config.ts";
import { installationSchema } from "./file-schema.ts";
import type { VariableDeclaration } from "./variable.ts";

const TABLE_START = "<!-- variables: made by `npm run reference`, do not edit -->";
const TABLE_END = "<!-- end of variables -->";

/** The page with its table of environment variables made anew from the declarations. */
export function withVariableTable(page: string): string {
  const start = page.indexOf(TABLE_START);
  const end = page.indexOf(TABLE_END);
  if (start === -1 || end < start) throw new Error(`the page lacks ${TABLE_START} or ${TABLE_END}`);
  return `${page.slice(0, start)}${TABLE_START}\n\n${variableTable()}\n\n${page.slice(end)}`;
}

/** The JSON Schema that editors check `antiphon.yaml` with, as the text of a file. */
export function installationJsonSchema(): string {
  const schema = z.toJSONSchema(installationSchema, { target: "draft-2020-12", io: "input" });
  const titled = {
    title: "antiphon.yaml",
    description: "What an Antiphon installation contains: models, agents, knowledge.",
    ...schema,
  };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

function variableTable(): string {
  const rows = configDeclarations().map((variable) => row(variable));
  return ["| Variable | Default | Accepts | Meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function row({ name, accepts, default: standard, unit, sentence, secret }: VariableDeclaration): string {
  const value = standard === undefined ? "–" : `\`${standard}\``;
  const accepted = unit === undefined ? accepts : `${accepts} (${unit})`;
  return `| \`${name}\` | ${value} | ${accepted} | ${secret ? "Secret. " : ""}${sentence} |`;
}
