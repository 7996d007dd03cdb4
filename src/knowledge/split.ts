import { Lexer, type Token, type Tokens, type TokensList } from "marked";

/** A piece of a document, ready to be indexed. */
export interface Piece {
  /** Headings above it, outermost first. */
  headings: string[];
  /** As written in the document; a later part of a long paragraph or table begins with a repeated sentence or header. */
  text: string;
}

/**
 * Sizes of pieces in columns: a Chinese, Japanese or Korean character counts two, any other one.
 * Pieces grow to `target` and never pass `max`; a repeated sentence or table header is at most `overlap`.
 */
export interface SplitLimits {
  target: number;
  max: number;
  overlap: number;
}

/** About 400 Chinese characters or 800 Latin letters a piece. */
const DEFAULT_LIMITS: SplitLimits = { target: 800, max: 1200, overlap: 160 };

/** A longer heading is text: it would otherwise be repeated with every piece below it. */
const MAX_HEADING_COLUMNS = 200;

/** Something that should stay together, and where it may be cut when it is too long. */
interface Block {
  /** Joined they are the whole block. */
  units: string[];
  /** What each further part of a cut block begins with. */
  repeats: "last-unit" | "header" | "nothing";
}

interface Section {
  headings: string[];
  blocks: Block[];
}

/** Splits by blank lines, then sentences. Nothing but white space at the ends of pieces is lost. */
export function splitText(text: string, limits: SplitLimits = DEFAULT_LIMITS): Piece[] {
  return packSection({ headings: [], blocks: paragraphs(text) }, limits);
}

/**
 * Splits by headings, then blocks; code, lists and tables stay whole where they fit. YAML front matter is
 * dropped. A heading with nothing below it becomes a piece of its own, so that no text is lost.
 */
export function splitMarkdown(text: string, limits: SplitLimits = DEFAULT_LIMITS): Piece[] {
  const tokens = new TopLevelLexer().blockTokens(withoutFrontMatter(text).replace(/\r\n?/g, "\n"));
  return sections(tokens).flatMap((section) => packSection(section, limits));
}

/** Columns of a text, as `SplitLimits` counts them. */
export function columns(text: string): number {
  let sum = 0;
  for (const character of text) sum += characterColumns(character);
  return sum;
}

function characterColumns(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1;
}

/** Reads blocks without what is inside them: deep nesting then costs neither stack nor time. */
class TopLevelLexer extends Lexer {
  private inside = false;

  override blockTokens(source: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], lastParagraphClipped = false): Token[] {
    if (this.inside) return tokens;
    this.inside = true;
    return super.blockTokens(source, tokens, lastParagraphClipped);
  }
}

function withoutFrontMatter(text: string): string {
  const source = text.replace(/^\ufeff/, "");
  if (!/^---[ \t]*\r?\n[ \t]*[\w-]+[ \t]*:/.test(source)) return source;
  const end = /\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(source);
  return end === null ? source : source.slice(end.index + end[0].length);
}

function sections(tokens: Token[]): Section[] {
  const found: Section[] = [{ headings: [], blocks: [] }];
  let path: { depth: number; title: string; isBare: boolean }[] = [];
  const closeBareHeadings = (depth: number) => {
    const leaf = path.at(-1);
    if (leaf?.isBare && leaf.depth >= depth) {
      found.push({ headings: path.slice(0, -1).map(({ title }) => title), blocks: [whole(leaf.title)] });
    }
  };
  for (const token of tokens) {
    const heading = headingOf(token);
    if (heading === undefined) {
      if (token.raw.trim() === "") continue;
      for (const above of path) above.isBare = false;
      found.at(-1)?.blocks.push(...blocksOf(token));
      continue;
    }
    closeBareHeadings(heading.depth);
    path = path.filter((above) => above.depth < heading.depth);
    for (const above of path) above.isBare = false;
    path.push({ ...heading, isBare: true });
    found.push({ headings: path.map(({ title }) => title), blocks: [] });
  }
  closeBareHeadings(0);
  return found;
}

/** Undefined for what is no heading, or too long for one. */
function headingOf(token: Token): { depth: number; title: string } | undefined {
  if (!isHeading(token)) return undefined;
  const title = token.text.replace(/\s+/g, " ").trim();
  return title !== "" && columns(title) <= MAX_HEADING_COLUMNS ? { depth: token.depth, title } : undefined;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

function blocksOf(token: Token): Block[] {
  if (isList(token)) return [{ units: listItems(token), repeats: "nothing" }];
  if (token.type === "code") return [{ units: lines(token.raw), repeats: "nothing" }];
  if (token.type === "table") return [{ units: lines(token.raw), repeats: "header" }];
  return paragraphs(token.raw);
}

function isList(token: Token): token is Tokens.List {
  return token.type === "list";
}

function listItems(list: Tokens.List): string[] {
  return list.items.map(({ raw }, index) =>
    index < list.items.length - 1 && !raw.endsWith("\n") ? `${raw}\n` : raw,
  );
}

/** Runs of lines with text, each with the empty lines that follow. */
function paragraphs(text: string): Block[] {
  const found: string[] = [];
  let paragraph = "";
  let isComplete = false;
  for (const line of lines(text)) {
    const isEmpty = line.trim() === "";
    if (isComplete && !isEmpty) {
      found.push(paragraph);
      paragraph = "";
    }
    paragraph += line;
    isComplete = isEmpty;
  }
  return [...found, paragraph].map((units) => ({ units: sentences(units), repeats: "last-unit" }));
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** After Chinese end marks; after Latin ones that are followed by white space; after every line. */
const SENTENCE_END = /(?:[。！？；…]+[”’」』）】]{0,3}|[.!?]{1,3}["'”’)\]]{0,3}(?=\s|$)|\n)\s*/g;

function sentences(paragraph: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (const match of paragraph.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    found.push(paragraph.slice(start, end));
    start = end;
  }
  if (start < paragraph.length) found.push(paragraph.slice(start));
  return found;
}

function whole(text: string): Block {
  return { units: [text], repeats: "nothing" };
}

function packSection({ headings, blocks }: Section, limits: SplitLimits): Piece[] {
  const packs: Pack[] = [];
  let open: Pack | undefined;
  for (const block of blocks) {
    const text = block.units.join("");
    const width = columns(text);
    if (width > limits.max) {
      packs.push(...cutBlock(block, limits));
      open = undefined;
    } else if (open !== undefined && columns(open.body) + width <= limits.target) {
      open.body = joinBlocks(open.body, text);
    } else {
      open = { repeat: "", body: text };
      packs.push(open);
    }
  }
  return withoutShortEnd(packs, limits)
    .map(({ repeat, body }) => trimPiece(repeat + body))
    .filter((text) => text !== "")
    .map((text) => ({ headings, text }));
}

/** A piece in the making. `repeat` stands in the piece before as well. */
interface Pack {
  repeat: string;
  body: string;
}

/** Joins a short last pack with the one before where both fit. */
function withoutShortEnd(packs: Pack[], { target, max }: SplitLimits): Pack[] {
  const last = packs.at(-1);
  const previous = packs.at(-2);
  if (last === undefined || previous === undefined || columns(last.body) >= target / 4) return packs;
  const body = last.repeat === "" ? joinBlocks(previous.body, last.body) : previous.body + last.body;
  if (columns(previous.repeat + body) > max) return packs;
  return [...packs.slice(0, -2), { repeat: previous.repeat, body }];
}

/** Blocks that the source did not separate by a line end get a blank line between them. */
function joinBlocks(before: string, after: string): string {
  return before === "" || before.endsWith("\n") ? before + after : `${before}\n\n${after}`;
}

/** Keeps the indentation of a first line of code. */
function trimPiece(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}

/** Cuts a block that is longer than `max` between its units, and units that are too long themselves inside. */
function cutBlock(block: Block, limits: SplitLimits): Pack[] {
  const { target } = limits;
  const header = block.units.slice(0, 2).join("");
  const packs: Pack[] = [{ repeat: "", body: "" }];
  let width = 0;
  let lastUnit = "";
  for (const unit of block.units.flatMap((text) => cutUnit(text, limits))) {
    const unitWidth = columns(unit);
    if (width > 0 && width + unitWidth > target) {
      const wanted = { header, "last-unit": lastUnit, nothing: "" }[block.repeats];
      const repeatWidth = columns(wanted);
      const fits = repeatWidth <= limits.overlap && repeatWidth + unitWidth <= target;
      packs.push({ repeat: fits ? wanted : "", body: "" });
      width = fits ? repeatWidth : 0;
    }
    const open = packs.at(-1);
    if (open !== undefined) open.body += unit;
    width += unitWidth;
    lastUnit = unit;
  }
  return packs;
}

/** Cuts at `target` columns, after a space or comma in the last third if there is one, never inside a character. */
function cutUnit(unit: string, { target, max }: SplitLimits): string[] {
  if (columns(unit) <= max) return [unit];
  const parts: string[] = [];
  let part = "";
  let width = 0;
  let breakAt = 0;
  for (const character of unit) {
    const size = characterColumns(character);
    if (width + size > target) {
      const cut = breakAt > 0 ? breakAt : part.length;
      parts.push(part.slice(0, cut));
      part = part.slice(cut);
      width = columns(part);
      breakAt = 0;
    }
    part += character;
    width += size;
    if (width > (target * 2) / 3 && /[\s,，、:：]/.test(character)) breakAt = part.length;
  }
  return part === "" ? parts : [...parts, part];
}
