import type { Agent } from "../domain/agent.ts";
import type { Feedback, Rating } from "../domain/conversation.ts";
import type { AgentId, TurnId, WorkspaceId } from "../domain/ids.ts";
import type { Passage } from "../domain/knowledge.ts";
import { actionsOf, type Run, sourceOf, triggerOf } from "../domain/run.ts";
import type { TraceEvent } from "../domain/turn-event.ts";
import type { RatedListQuery, Store } from "../storage/store.ts";

/** Which opinions are wanted. */
export interface RatedQuery {
  workspaceId: WorkspaceId;
  /** Absent: of every agent. */
  agentIds?: AgentId[] | undefined;
  /** Absent: likes and dislikes, not what was taken back. */
  ratings?: Rating[] | undefined;
  /** When the opinion was last changed: from `since` on, before `until`. */
  since?: Date | undefined;
  until?: Date | undefined;
  rater?: string | undefined;
  /** One of the reasons that were chosen. */
  category?: string | undefined;
  hasComment?: boolean | undefined;
  channel?: string | undefined;
  /** Which asked for the turn. */
  family?: string | undefined;
}

/** Behind which opinion to go on. */
export interface RatedPlace {
  turnId: TurnId;
  rater: string;
}

/** One opinion with the turn it is about, and what that turn had looked up. */
export interface RatedTurn {
  run: Run;
  opinion: Feedback;
  /** In the order they were found; each once. */
  passages: Passage[];
}

/** Turns read at a time, so that millions pass through little memory. */
const PAGE = 100;

/** Opinions looked at for one page, however few of them are wanted. */
const LOOKED_AT = 10_000;

type RatedStore = Pick<Store, "runs" | "turns">;

/** The first opinions after `after`, by turn and rater. */
export async function ratedPage(
  store: RatedStore,
  query: RatedQuery,
  { after, limit }: { after?: RatedPlace | undefined; limit: number },
): Promise<RatedTurn[]> {
  return withPassages(store, await store.runs.listRated(listQuery(query, { after, limit })));
}

/**
 * A page of opinions in either order, found in bounded time: it may hold fewer than there are. `next` is where to go on;
 * absent: there are no more.
 */
export async function ratedSearch(
  store: RatedStore,
  query: RatedQuery,
  page: { after?: RatedPlace | undefined; limit: number; order: "oldest" | "newest" },
): Promise<{ items: RatedTurn[]; next?: RatedPlace }> {
  const search = { ...listQuery(query, page), order: page.order, lookAt: LOOKED_AT };
  const { items, next } = await store.runs.searchRated(search);
  return { items: await withPassages(store, items), ...(next !== undefined && { next }) };
}

function listQuery(
  { workspaceId, ratings, ...filters }: RatedQuery,
  { after, limit }: { after?: RatedPlace | undefined; limit: number },
): RatedListQuery {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    workspaceId,
    ratings: ratings ?? ["like", "dislike"],
    ...(after !== undefined && { after }),
    limit,
  };
}

async function withPassages(
  { turns }: Pick<Store, "turns">,
  found: { run: Run; opinion: Feedback }[],
): Promise<RatedTurn[]> {
  const traces = await turns.traces([...new Set(found.map(({ run }) => run.turn.id))]);
  return found.map((rated) => ({ ...rated, passages: passagesOf(traces.get(rated.run.turn.id) ?? []) }));
}

/** All of them, a page at a time; the next page is read when it is asked for. */
export async function* ratedPages(
  store: Pick<Store, "runs" | "turns">,
  query: RatedQuery,
): AsyncGenerator<RatedTurn[], void, undefined> {
  let after: RatedPlace | undefined;
  for (;;) {
    const page = await ratedPage(store, query, { after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = placeOf(last);
  }
}

function placeOf({ opinion: { turnId, rater } }: RatedTurn): RatedPlace {
  return { turnId, rater };
}

/** What the turn's searches found. */
function passagesOf(trace: readonly TraceEvent[]): Passage[] {
  const found = new Map<number, Passage>();
  for (const event of trace) {
    if (event.type !== "qa-search-end" && event.type !== "knowledge-search-end") continue;
    for (const passage of event.passages) {
      if (!found.has(passage.chunkId)) found.set(passage.chunkId, passage);
    }
  }
  return [...found.values()];
}

/** A rated turn as it is listed and exported: one JSON object, ids as digits in strings. */
export function describeRatedTurn(rated: RatedTurn, agent: Pick<Agent, "slug" | "name"> | undefined) {
  const { run, opinion, passages } = rated;
  const { turn, conversation, question, answer, model, versionNumber } = run;
  return {
    question: question.text,
    answer: answer.text,
    chunks: passages.map(describePassage),
    rating: opinion.rating,
    comment: opinion.comment,
    categories: opinion.categories,
    rater: opinion.rater,
    ratedAt: opinion.updatedAt.toISOString(),
    askedAt: turn.createdAt.toISOString(),
    turnId: String(turn.id),
    conversationId: String(conversation.id),
    userId: turn.userId,
    agentId: String(turn.agentId),
    agent: agent?.slug ?? null,
    agentName: agent?.name ?? null,
    version: versionNumber ?? null,
    model,
    channel: conversation.channel,
    family: turn.family,
    status: turn.status,
    trigger: { ...triggerOf(run), source: sourceOf(run) },
    actions: actionsOf(run),
  };
}

function describePassage({ knowledgeBaseName, documentName, question, text, score }: Passage) {
  return { knowledgeBase: knowledgeBaseName, document: documentName, question, text, score };
}

/** Tells agents apart for people: reads each once. */
export function agentNames(
  store: Pick<Store, "agents">,
): (id: AgentId) => Promise<Pick<Agent, "slug" | "name"> | undefined> {
  const known = new Map<AgentId, Promise<Agent | undefined>>();
  return (id) => {
    const agent = known.get(id) ?? store.agents.find(id);
    known.set(id, agent);
    return agent;
  };
}

/** The same as lines of JSON, a page of them in each text. */
export async function* ratedLines(
  store: Pick<Store, "runs" | "turns" | "agents">,
  query: RatedQuery,
): AsyncGenerator<string, void, undefined> {
  const agentOf = agentNames(store);
  for await (const page of ratedPages(store, query)) {
    const lines = page.map(async (rated) =>
      JSON.stringify(describeRatedTurn(rated, await agentOf(rated.run.turn.agentId))),
    );
    yield `${(await Promise.all(lines)).join("\n")}\n`;
  }
}

const CSV_COLUMNS = [
  "ratedAt",
  "rating",
  "question",
  "answer",
  "comment",
  "categories",
  "rater",
  "agent",
  "version",
  "model",
  "channel",
  "family",
  "askedAt",
  "turnId",
  "conversationId",
] as const;

/** The same as a table for spreadsheets, with a line that names the columns first. */
export async function* ratedCsv(
  store: Pick<Store, "runs" | "turns" | "agents">,
  query: RatedQuery,
): AsyncGenerator<string, void, undefined> {
  const agentOf = agentNames(store);
  // Spreadsheets take the text for UTF-8 where it begins with this mark.
  yield `\uFEFF${CSV_COLUMNS.join(",")}\r\n`;
  for await (const page of ratedPages(store, query)) {
    const lines = page.map(async (rated) => {
      const described = describeRatedTurn(rated, await agentOf(rated.run.turn.agentId));
      return CSV_COLUMNS.map((column) => csvCell(described[column])).join(",");
    });
    yield `${(await Promise.all(lines)).join("\r\n")}\r\n`;
  }
}

/** A text that spreadsheets would take for a formula is made one they show. */
function csvCell(value: string | number | readonly string[] | null): string {
  const text = Array.isArray(value) ? value.join("; ") : String(value ?? "");
  const shown = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
