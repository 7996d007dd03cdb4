import { z } from "zod";
import { describeEvent, exampleEvent, SUBSCRIBABLE_TYPES } from "../../callbacks/events.ts";
import { standardBody } from "../../callbacks/standard-format.ts";
import { EXAMPLE_EVENT } from "./events.ts";
import type { Operation } from "./operation.ts";

const OPERATIONS = "operations";
const EVENTS = "events";

/** The page with what `npm run reference` makes of the operations and the catalogue of events. */
export function withReference(page: string, operations: readonly Operation[]): string {
  return replaced(
    replaced(page, OPERATIONS, operations.map(describeOperation).join("\n\n")),
    EVENTS,
    eventList(),
  );
}

function replaced(page: string, name: string, text: string): string {
  const start = `<!-- ${name}: made by \`npm run reference\`, do not edit -->`;
  const end = `<!-- end of ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page lacks ${start} or ${end}`);
  return `${page.slice(0, from)}${start}\n\n${text}\n\n${page.slice(to)}`;
}

function describeOperation({ method, path, permission, role, summary, input }: Operation): string {
  const heading = `### \`${method} /api${path}\``;
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${
    permission === "public"
      ? "Anybody may."
      : `Permission \`${permission}\`${role === "anyone" ? "" : `, least role \`${role}\``}.`
  }`;
  const fields = [
    ...rows("query", input.query),
    ...(input.body === undefined ? [] : rows("body", input.body)),
  ];
  if (fields.length === 0) return `${heading}\n\n${sentence}`;
  return [heading, "", sentence, "", "| field | in | required | |", "|---|---|---|---|", ...fields].join(
    "\n",
  );
}

function rows(place: "query" | "body", schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const isRequired = !(type as z.ZodType).safeParse(undefined).success;
    const text = descriptionOf(type as z.ZodType).replaceAll("|", "\\|");
    return `| \`${name}\` | ${place} | ${isRequired ? "yes" : "no"} | ${text} |`;
  });
}

/** Of the type itself, or of what it makes optional. */
function descriptionOf(type: z.ZodType): string {
  if (type.description !== undefined) return type.description;
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable || type instanceof z.ZodDefault) {
    return descriptionOf(type.unwrap() as z.ZodType);
  }
  return "";
}

function eventList(): string {
  return SUBSCRIBABLE_TYPES.map((type) => {
    const { summary, changelog } = describeEvent(type);
    const body = JSON.stringify(JSON.parse(standardBody(exampleEvent(type, EXAMPLE_EVENT))), undefined, 2);
    const changes = changelog.map(({ date, change }) => `* ${date}: ${change}`).join("\n");
    return `### \`${type}\`\n\n${summary}\n\n\`\`\`json\n${body}\n\`\`\`\n\n${changes}`;
  }).join("\n\n");
}
