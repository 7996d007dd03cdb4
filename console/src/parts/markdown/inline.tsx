import type { MarkedToken } from "marked";
import type { ReactNode } from "react";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { decoded } from "./entities.ts";

const DEPTH_LIMIT = 24;
const SCHEMES = ["http:", "https:", "mailto:"];

/** What stands within a line. */
export function Inline({ tokens, depth }: { tokens: MarkedToken[]; depth: number }) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words have no name but their place
    <Piece key={index} token={token} depth={depth} />
  ));
}

function Piece({ token, depth }: { token: MarkedToken; depth: number }): ReactNode {
  if (depth > DEPTH_LIMIT) return token.raw;
  const inside = "tokens" in token && token.tokens !== undefined && (
    <Inline tokens={token.tokens as MarkedToken[]} depth={depth + 1} />
  );
  switch (token.type) {
    case "text":
      return inside || decoded(token.text);
    case "escape":
      return token.text;
    case "strong":
      return <strong>{inside}</strong>;
    case "em":
      return <em>{inside}</em>;
    case "del":
      return <del>{inside}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <SafeLink href={token.href}>{inside}</SafeLink>;
    case "image":
      return <Picture href={token.href} text={decoded(token.text)} />;
    case "checkbox":
      return token.checked ? "☑ " : "☐ ";
    default:
      return token.raw;
  }
}

/** A link where it leads to the web or to mail; else only its words. */
function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  const address = safeAddress(href);
  if (address === undefined) return children;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** A link to the picture: showing it would tell its server who reads this. */
function Picture({ href, text }: { href: string; text: string }) {
  const t = useWords(commonWords);
  return <SafeLink href={href}>{t("picture", { text: text === "" ? href : text })}</SafeLink>;
}

function safeAddress(href: string): string | undefined {
  try {
    const { protocol, href: address } = new URL(decoded(href));
    return SCHEMES.includes(protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}
