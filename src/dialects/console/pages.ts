import { randomBytes } from "node:crypto";
import { parseCookie } from "cookie";
import { DomainError } from "../../domain/errors.ts";
import type { Call, Mount, PageReply, Reply } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { WebFiles } from "../../http/web-files.ts";
import { presentError } from "./errors.ts";

const BASE = "/console";
/** Where the built files are whose names change with their content. */
const ASSETS = "assets/";
const NONCE_BYTES = 18;

/** The console's pages: the built files, and one document for every address below `/console/`. */
export function consolePages(options: { files: WebFiles; publicUrl: string | undefined }): Mount<never> {
  const page = async (call: Call): Promise<Reply> => {
    const { files } = options;
    if ("problem" in files) return missingPage(files.problem);
    const name = call.params["*"] ?? "";
    if (!name.startsWith(ASSETS))
      return document(call, await files.console.text("index.html"), options.publicUrl);
    const file = await files.console.reply(call, name, { isHashed: true });
    if (file === undefined) throw new DomainError("not_found", "there is no such file");
    return file;
  };
  return {
    name: "pages",
    prefixes: [""],
    claims: [BASE],
    routes: [
      { method: "GET", path: "/", access: "public", handle: async () => redirect(`${BASE}/`) },
      { method: "GET", path: BASE, access: "public", handle: page },
      { method: "GET", path: `${BASE}/*`, access: "public", handle: page },
      {
        method: "GET",
        path: "/work_flow",
        access: "public",
        handle: async (call) => redirect(`${BASE}/work_flow${queryOf(call)}`),
      },
    ],
    async authenticate() {
      throw new DomainError("credential_missing", "pages are called with no credential");
    },
    presentError,
  };
}

function redirect(location: string): Reply {
  return { kind: "redirect", status: 302, location };
}

function queryOf({ query }: Call): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value ?? []].flat()) given.append(name, item);
  }
  return given.size === 0 ? "" : `?${given}`;
}

/** The document with what the scripts have to know of this installation and of this answer. */
function document(call: Call, html: string, publicUrl: string | undefined): PageReply {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  const settings = { "csp-nonce": nonce, "server-url": serverAddress(call, publicUrl).origin };
  const metas = Object.entries(settings).map(
    ([name, content]) => `<meta name="antiphon-${name}" content="${content.replaceAll('"', "&quot;")}">`,
  );
  const theme = parseCookie(call.headers.cookie ?? "")["antiphon_theme"];
  const shown = theme === "light" || theme === "dark" ? ` data-theme="${theme}"` : "";
  return {
    kind: "page",
    headers: {
      "content-security-policy": policyWith(nonce),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    },
    html: html.replace("<html", `<html${shown}`).replace("</title>", `</title>${metas.join("")}`),
  };
}

function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function missingPage(problem: string): PageReply {
  const text = problem.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    kind: "page",
    status: 503,
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Antiphon</title><h1>The console is not there</h1><p>The APIs of this server work; its pages could not be built.</p><pre>${text}</pre></html>`,
  };
}
