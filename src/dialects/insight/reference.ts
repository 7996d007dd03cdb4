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
  return ["| Method | Path | Scope | State |", "|---|---|---|---|", ...endpoints.map(row)].join("\n");
}

const OPEN = { credential: "–", signature: "signed" } as const;

function row({ method, path, access, isSupported, summary }: Endpoint): string {
  const scope = access === "credential" || access === "signature" ? OPEN[access] : `\`${access}\``;
  const state = isSupported ? summary : `not yet: ${summary}`;
  return `| ${method} | \`${path}\` | ${scope} | ${state} |`;
}
