import { type MarkedToken, marked, type Token } from "marked";
import { memo } from "react";
import { Blocks } from "./blocks.tsx";
import "./markdown.css";

/** Longer texts are shown as they are. */
const LENGTH_LIMIT = 200_000;

/**
 * Text of models, people and tools with its Markdown shown. HTML in it is text; links lead to web and mail addresses
 * only; pictures are links, so that nothing is fetched by reading.
 */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = tokensOf(text);
  if (tokens === undefined) return <div className="markdown markdown-plain">{text}</div>;
  return (
    <div className="markdown">
      <Blocks tokens={tokens} depth={0} />
    </div>
  );
});

/** Undefined where the text cannot be taken apart, such as ten thousand quotations inside each other. */
function tokensOf(text: string): MarkedToken[] | undefined {
  if (text.length > LENGTH_LIMIT) return undefined;
  try {
    return marked.lexer(text) as Token[] as MarkedToken[];
  } catch {
    return undefined;
  }
}
