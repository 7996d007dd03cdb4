import { DomainError } from "../domain/errors.ts";
import type { Call } from "./route.ts";

/** How the caller reached this server. */
export interface ServerAddress {
  /** Scheme, host and port. */
  origin: string;
  isSecure: boolean;
  /** What `aud` of an assertion may say: the hosts the server goes by, with and without port. */
  audiences: string[];
}

/**
 * The configured address or, without one, what the request says: its `Host`, and HTTPS when a proxy before us says so.
 * Whoever forges these headers only deceives itself. Throws `request_invalid` when `Host` is none.
 */
export function serverAddress(call: Call, publicUrl: string | undefined): ServerAddress {
  const host = call.headers.host ?? "";
  if (!/^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.test(host)) {
    throw new DomainError("request_invalid", "is missing or names no host", { field: "Host" });
  }
  const scheme = call.headers["x-forwarded-proto"] === "https" ? "https" : "http";
  const origin = publicUrl ?? `${scheme}://${host}`;
  const hosts = [host, new URL(origin).host];
  return {
    origin,
    isSecure: origin.startsWith("https:"),
    audiences: [...new Set([...hosts, ...hosts.map(withoutPort)])],
  };
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
