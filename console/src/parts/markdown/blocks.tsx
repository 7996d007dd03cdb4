import type { MarkedToken, Tokens } from "marked";
import { memo, type ReactNode } from "react";
import { CodeBlock } from "../code-block.tsx";
import { Inline } from "./inline.tsx";

/** Deeper than this, what is inside is shown as it was written. */
const DEPTH_LIMIT = 16;
/** Headings of a text stand below those of the page. */
const HEADINGS = ["h3", "h4", "h5", "h6"] as const;

/** Paragraphs, lists, tables and the like, one after the other. */
export function Blocks({ tokens, depth }: { tokens: MarkedToken[]; depth: number }) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name but their place
    <Block key={index} token={token} depth={depth} />
  ));
}

/** A block is made anew only when what it was written as changes: while text streams in, that is the last one. */
const Block = memo(
  BlockOnce,
  (before, now) => before.token.raw === now.token.raw && before.depth === now.depth,
);

function BlockOnce({ token, depth }: { token: MarkedToken; depth: number }): ReactNode {
  if (depth > DEPTH_LIMIT) return <p>{token.raw}</p>;
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return <hr />;
    case "code":
      return <CodeBlock code={token.text} language={token.lang === "" ? undefined : token.lang} />;
    case "heading": {
      const Heading = HEADINGS[Math.min(token.depth, HEADINGS.length) - 1] ?? "h6";
      return (
        <Heading>
          <Inline tokens={inlines(token)} depth={depth + 1} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p>
          <Inline tokens={inlines(token)} depth={depth + 1} />
        </p>
      );
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={inlines(token)} depth={depth + 1} />
        </blockquote>
      );
    case "list":
      return <List list={token} depth={depth} />;
    case "table":
      return <Table table={token} depth={depth} />;
    case "html":
      return <p>{token.text}</p>;
    default:
      return <Inline tokens={[token]} depth={depth + 1} />;
  }
}

function List({ list, depth }: { list: Tokens.List; depth: number }) {
  const items = list.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items have no name but their place
    <li key={index} className={item.task ? "markdown-task" : undefined}>
      <Blocks tokens={item.tokens as MarkedToken[]} depth={depth + 1} />
    </li>
  ));
  if (!list.ordered) return <ul>{items}</ul>;
  return <ol start={list.start === "" ? 1 : list.start}>{items}</ol>;
}

function Table({ table, depth }: { table: Tokens.Table; depth: number }) {
  const cell = ({ align, tokens }: Tokens.TableCell) => ({
    "data-align": align ?? "left",
    children: <Inline tokens={tokens as MarkedToken[]} depth={depth + 1} />,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div className="markdown-table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {table.header.map((head, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no name but their place
              <th key={index} scope="col" {...cell(head)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name but their place
            <tr key={index}>
              {row.map((each, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no name but their place
                <td key={column} {...cell(each)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlines({ tokens }: { tokens?: unknown[] }): MarkedToken[] {
  return (tokens ?? []) as MarkedToken[];
}
