import type { Config } from "../config/config.ts";

/** Where a server with this configuration listens, as seen from this machine. */
export function serverUrl({ http: { host, port } }: Pick<Config, "http">): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
