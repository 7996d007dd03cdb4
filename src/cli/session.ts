import { endpointFormats } from "../app.ts";
import { Emitter } from "../callbacks/emit.ts";
import { holdConversation, releaseConversation } from "../chat/handover.ts";
import { readConfig } from "../config/config.ts";
import { parseUuid } from "../dialects/insight/ids.ts";
import { findSession, sessionIdOf } from "../dialects/insight/sessions.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure } from "./failure.ts";
import { agentNamed } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { workspaceNamed } from "./user.ts";
import { withGuestStore } from "./with-store.ts";

/** Conversations printed at most. */
const LINES = 1_000;

/** Which conversation is meant. */
export interface SessionWish {
  /** Its id, as digits or as Insight prints it, or with `agent` the session id its caller chose. */
  session: string;
  /** By slug or id. */
  agent?: string;
}

/** Prints the conversations that are with a person, of one workspace or of all. */
export async function listSessions(terminal: Terminal, wish: { workspace?: string }): Promise<void> {
  await withSessions(terminal, async ({ store }) => {
    const { workspace: name } = wish;
    const place = name === undefined ? undefined : await workspaceNamed(store, name);
    const held = await store.conversations.listHeld({
      ...(place !== undefined && { workspaceId: place.id }),
      idleSince: new Date(),
      limit: LINES,
    });
    const rows: string[][] = [];
    for (const { conversation, quietSince } of held) {
      const { id, userId, channel, heldAt } = conversation;
      rows.push([
        String(id),
        sessionIdOf(conversation),
        await agentOf(store, conversation),
        userId,
        channel,
        heldAt?.toISOString() ?? "",
        quietSince.toISOString(),
      ]);
    }
    const heads = ["id", "session", "agent", "user", "channel", "with a person since", "quiet since"];
    writeTable(terminal.out, heads, rows, "no conversation is with a person");
    if (rows.length === LINES) terminal.err.line(`only the oldest ${LINES} are shown`);
  });
}

/** Prints what is known of one conversation. */
export async function showSession(terminal: Terminal, wish: SessionWish): Promise<void> {
  await withSessions(terminal, async ({ store }) => {
    const conversation = await sessionNamed(store, wish);
    const { id, userId, channel, name, heldAt, createdAt, lastTurnAt, inputs } = conversation;
    const rows = [
      ["id", String(id)],
      ["session", sessionIdOf(conversation)],
      ["agent", await agentOf(store, conversation)],
      ["user", userId],
      ["channel", channel],
      ...(name === "" ? [] : [["name", name]]),
      ["with", heldAt === undefined ? "the agent" : `a person, since ${heldAt.toISOString()}`],
      ["begun", createdAt.toISOString()],
      ["last question", lastTurnAt?.toISOString() ?? "none"],
      ...Object.entries(inputs).map(([key, value]) => [`value ${key}`, value]),
    ];
    writeTable(terminal.out, ["what", "is"], rows, "");
  });
}

/** Gives a conversation to a person. */
export async function holdSession(
  terminal: Terminal,
  wish: SessionWish & { reason?: string },
): Promise<void> {
  await withSessions(terminal, async (services) => {
    const conversation = await sessionNamed(services.store, wish);
    const isChanged = await holdConversation(services, conversation, { reason: wish.reason });
    const { id } = conversation;
    terminal.out.line(
      isChanged
        ? `${id} is with a person: its messages are kept and not answered`
        : `${id} was with a person already`,
    );
  });
}

/** Gives a conversation back to its agent. */
export async function releaseSession(terminal: Terminal, wish: SessionWish): Promise<void> {
  await withSessions(terminal, async (services) => {
    const { id } = await sessionNamed(services.store, wish);
    const isChanged = await releaseConversation(services, { id }, { by: "command" });
    terminal.out.line(isChanged ? `${id} is with its agent again` : `${id} was not with a person`);
  });
}

type SessionServices = Parameters<typeof holdConversation>[0];

/** Commands only write: a running server, or the next one, tells of it. */
async function withSessions(
  { environment }: Terminal,
  work: (services: SessionServices) => Promise<void>,
): Promise<void> {
  const loaded = readConfig(environment);
  await withGuestStore(loaded, async (store) => {
    const emitter = new Emitter({ newId: store.newId, formats: endpointFormats(loaded.config) });
    await work({ store, facts: { prepare: (inside, fact) => emitter.prepare(inside, fact), wake() {} } });
  });
}

async function sessionNamed(store: Store, { session, agent: name }: SessionWish): Promise<Conversation> {
  const agent = name === undefined ? undefined : await agentNamed(store, name);
  const named = agent === undefined ? undefined : await findSession({ store }, agent, session);
  const id = /^[1-9]\d{0,15}$/.test(session) ? Number(session) : parseUuid("conversation", session);
  const found = named ?? (id === undefined ? undefined : await store.conversations.get(id as ConversationId));
  if (found !== undefined && (agent === undefined || found.agentId === agent.id)) return found;
  const advice =
    agent === undefined
      ? "Name its agent with --agent where the session's caller chose its id"
      : "See antiphon session list";
  throw new CommandFailure(`there is no session ${session}`, advice);
}

async function agentOf({ agents }: Store, { agentId }: Conversation): Promise<string> {
  const agent = agentId === undefined ? undefined : await agents.find(agentId);
  return agent?.slug ?? "";
}
