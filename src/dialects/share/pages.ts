import { DomainError } from "../../domain/errors.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { BytesReply, Call, PageReply, Reply } from "../../http/route.ts";
import type { StaticFiles } from "../../http/static.ts";
import type { ShareServices } from "./services.ts";
import { openLink } from "./visit.ts";

/** What visitors are told where there is no page, by the language of their browser. */
const WORDS = {
  en: {
    missing: ["The page is not there", "It could not be built."],
    gone: ["There is nothing here", "The link may be mistyped, or was taken back."],
  },
  zh: {
    missing: ["页面不可用", "页面构建失败。"],
    gone: ["此链接已失效", "链接可能有误，或已被收回。"],
  },
} as const;

/** The page of a link, which only those may embed that the link names. */
export async function sharePage({ store, files }: ShareServices, call: Call): Promise<Reply> {
  if ("problem" in files) return plainPage(call, 503, "missing");
  try {
    const link = await openLink(store, call);
    return document(link, await files.share.text("index.html"));
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "not_found") throw error;
    return plainPage(call, 404, "gone");
  }
}

/** A built file; `embed.js` is for pages of other sites. */
export async function shareFile({ files }: ShareServices, call: Call, name: string): Promise<BytesReply> {
  const file = "problem" in files ? undefined : await reply(files.share, call, name);
  if (file === undefined) throw new DomainError("not_found", "there is no such file");
  return file;
}

async function reply(files: StaticFiles, call: Call, name: string): Promise<BytesReply | undefined> {
  if (name !== "embed.js") return files.reply(call, name, { isHashed: true });
  const file = await files.reply(call, name, { isHashed: false });
  return file && { ...file, headers: { ...file.headers, "cross-origin-resource-policy": "cross-origin" } };
}

function document({ origins }: ShareLink, html: string): PageReply {
  const embedders = origins.length === 0 ? ["'none'"] : origins;
  // `*` would still leave out pages that come from a file.
  const isEmbeddedAnywhere = origins.includes("*");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    ...(isEmbeddedAnywhere ? [] : [`frame-ancestors ${embedders.join(" ")}`]),
  ].join("; ");
  return {
    kind: "page",
    headers: { "content-security-policy": policy, "referrer-policy": "no-referrer" },
    html,
  };
}

/** Any page may show it: there is nothing on it, and who embeds a link that is gone should see that it is. */
function plainPage({ headers }: Call, status: number, what: keyof (typeof WORDS)["en"]): PageReply {
  const isChinese = /\b(zh|en)\b/i.exec(headers["accept-language"] ?? "")?.[1]?.toLowerCase() === "zh";
  const [title, text] = WORDS[isChinese ? "zh" : "en"][what];
  return {
    kind: "page",
    status,
    headers: { "content-security-policy": "default-src 'none'; form-action 'none'; base-uri 'none'" },
    html: `<!doctype html><html lang="${isChinese ? "zh-CN" : "en"}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`,
  };
}
