import type { Mount } from "./route.ts";

/** How long browsers may keep what a preflight said; what is allowed may change. */
const PREFLIGHT_SECONDS = 600;

type Rule = Mount<unknown>["allowsOrigin"];

/** What the answer to a request of a page has to say so that the page may read it. Undefined: it may not. */
export async function crossOriginHeaders(
  allowsOrigin: Rule,
  origin: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (allowsOrigin === undefined || origin === undefined || !(await allowsOrigin(origin))) return undefined;
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "x-request-id, retry-after",
    vary: "origin",
  };
}

/** The same of a preflight: what the page may send. */
export async function preflightHeaders(
  allowsOrigin: Rule,
  origin: string | undefined,
  methods: string,
): Promise<Record<string, string> | undefined> {
  const headers = await crossOriginHeaders(allowsOrigin, origin);
  return (
    headers && {
      ...headers,
      "access-control-allow-methods": methods,
      "access-control-allow-headers": "authorization, content-type",
      "access-control-max-age": String(PREFLIGHT_SECONDS),
    }
  );
}
