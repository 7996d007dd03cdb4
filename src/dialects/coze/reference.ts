import type { Endpoint } from "./endpoint.ts";

const TABLE_START = "<!-- endpoints: made by `npm run reference`, do not edit -->";
const TABLE_END = "<!-- end of endpoints -->";

/** The page with its table of endpoints made anew from their declarations. */
export function withEndpointTable(page: string, endpoints: Endpoint[]): string {
  const start = page.indexOf(TABLE_START);
  const end = page.indexOf(TABLE_END);
  if (start === -1 || end < start) throw new Error(`the page lacks ${TABLE_START} or ${TABLE_END}`);
  return `${page.slice(0, start)}${TABLE_START}\n\n${endpointTable(endpoints)}\n\n${page.slice(end)}`;
}

function endpointTable(endpoints: Endpoint[]): string {
  const rows = endpoints.flatMap((endpoint) => endpoint.methods.map((method) => row(method, endpoint)));
  return ["| Method | Path | Section | Permission | State |", "|---|---|---|---|---|", ...rows].join("\n");
}

function row(method: string, { path, section, permissions, isSupported, summary }: Endpoint): string {
  const needed = permissions.length === 0 ? "–" : permissions.map((name) => `\`${name}\``).join(" or ");
  const state = isSupported ? summary : `not yet: ${summary}`;
  return `| ${method} | \`${path}\` | ${section} | ${needed} | ${state} |`;
}
