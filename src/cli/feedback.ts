import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { readConfig } from "../config/config.ts";
import type { Rating } from "../domain/conversation.ts";
import { agentNames, type RatedQuery, ratedLines, ratedPage } from "../learning/rated-turns.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure } from "./failure.ts";
import { agentNamed } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { workspaceNamed } from "./user.ts";
import { withReadStore } from "./with-store.ts";

const SHOWN_CHARACTERS = 40;

/** Which opinions are wanted. */
export interface RatedWish {
  /** Ids or slugs. Empty: every agent of the workspace. */
  agent: string[];
  /** Name or id. Absent: that of the first agent, or the oldest. */
  workspace?: string;
  rating?: Rating[];
  since?: Date;
  until?: Date;
}

/** Prints what was thought of answers, by turn and rater. */
export async function listRated(terminal: Terminal, wish: RatedWish & { limit: number }): Promise<void> {
  await withReadStore(readConfig(terminal.environment), async (store) => {
    const query = await queryOf(store, wish);
    const agentOf = agentNames(store);
    const rated = await ratedPage(store, query, { limit: wish.limit + 1 });
    const rows = rated
      .slice(0, wish.limit)
      .map(async ({ run, opinion }) => [
        String(run.turn.id),
        opinion.updatedAt.toISOString(),
        (await agentOf(run.turn.agentId))?.slug ?? String(run.turn.agentId),
        opinion.rating,
        opinion.rater,
        clipped(run.question.text),
        clipped(run.answer.text),
        clipped([...opinion.categories, opinion.comment].filter((text) => text !== "").join("; ")),
      ]);
    const heads = ["turn", "rated", "agent", "rating", "by", "question", "answer", "comment"];
    writeTable(terminal.out, heads, await Promise.all(rows), "nobody has rated anything so");
    if (rated.length > wish.limit) {
      terminal.err.line("there are more: --limit, or antiphon feedback export for all of them");
    }
  });
}

/** Writes rated turns as JSON, one a line: to a new file, or to standard output. */
export async function exportRated(terminal: Terminal, wish: RatedWish & { out?: string }): Promise<void> {
  const { out } = wish;
  await withReadStore(readConfig(terminal.environment), async (store) => {
    const lines = ratedLines(store, await queryOf(store, wish));
    if (out === undefined) {
      await writeAll(terminal.out.stream, lines);
      return;
    }
    const file = createWriteStream(out, { flags: "wx", mode: 0o600 });
    await once(file, "open").catch((cause: Error) => {
      throw new CommandFailure(`${out} cannot be made: ${cause.message}`, "", { cause });
    });
    const count = await writeAll(file, lines);
    file.end();
    await once(file, "close");
    terminal.err.line(`${count} lines in ${out}`);
  });
}

/** As fast as the stream takes them. Resolves with how many lines there were. */
async function writeAll(stream: Writable, texts: AsyncIterable<string>): Promise<number> {
  let count = 0;
  for await (const text of texts) {
    count += text.split("\n").length - 1;
    if (!stream.write(text)) await once(stream, "drain");
  }
  return count;
}

async function queryOf(
  store: Store,
  { agent, workspace, rating, since, until }: RatedWish,
): Promise<RatedQuery> {
  const agents = await Promise.all(agent.map((name) => agentNamed(store, name)));
  const named = workspace === undefined ? agents[0]?.workspaceId : undefined;
  const workspaceId = named ?? (await workspaceNamed(store, workspace)).id;
  const stranger = agents.find((candidate) => candidate.workspaceId !== workspaceId);
  if (stranger !== undefined) {
    throw new CommandFailure(
      `${stranger.slug} belongs to another workspace`,
      "Ask for one workspace at a time",
    );
  }
  return {
    workspaceId,
    since,
    until,
    ratings: rating,
    ...(agents.length > 0 && { agentIds: agents.map(({ id }) => id) }),
  };
}

function clipped(text: string): string {
  const characters = [...text.replace(/\s+/g, " ")];
  if (characters.length <= SHOWN_CHARACTERS) return characters.join("");
  return `${characters.slice(0, SHOWN_CHARACTERS - 1).join("")}…`;
}
