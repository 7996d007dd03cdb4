import { requireAgentAccess } from "../../access/permissions.ts";
import { replayTurn } from "../../chat/replay.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Answer, Conversation, Exchange } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { FrameSource } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import type { ConsoleServices } from "./operation.ts";
import { logFrames, storedFrames, type TurnPlace } from "./turn-events.ts";
import { idOf } from "./wire.ts";

/** A turn with all that stands around it. */
export interface ReachedTurn {
  run: Run;
  conversation: Conversation;
  exchange: Exchange;
  answer: Answer;
}

/** A turn of a workspace of the caller. Rejects with `not_found`, with `permission_denied` for those who may not. */
export async function reachedTurn(
  store: Pick<Store, "runs" | "exchanges">,
  caller: TokenCaller,
  text: string | undefined,
  use: "chat" | "listen",
): Promise<ReachedTurn> {
  const turnId = idOf<TurnId>(text);
  const run = await store.runs.find(turnId);
  if (run === undefined) throw noSuchTurn();
  const { conversation, turn } = run;
  const { workspaceId } = conversation;
  if (!caller.memberships.some((membership) => membership.workspaceId === workspaceId)) throw noSuchTurn();
  requireAgentAccess(caller, { id: turn.agentId, workspaceId }, use);
  const exchange = await store.exchanges.ofTurn(conversation.id, conversation.userId, turnId);
  const answer = exchange?.answers.find((candidate) => candidate.turn.id === turnId);
  if (exchange === undefined || answer === undefined) throw noSuchTurn();
  return { run, conversation, exchange, answer };
}

/** What happens in it, or has happened, behind the event `lastEventId`. */
export async function turnFrames(
  { store, turns }: Pick<ConsoleServices, "store" | "turns">,
  { conversation, exchange, answer }: ReachedTurn,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<FrameSource> {
  const turnId = answer.turn.id;
  const place: TurnPlace = { turnId, conversationId: conversation.id, exchangeId: exchange.id };
  const here = turns.find(turnId)?.log;
  if (here !== undefined) return logFrames(here, place, lastEventId);
  let ended = answer;
  if (answer.turn.status === "running") {
    const { userId } = answer.turn;
    const log = await turns.follow({ turnId, conversationId: conversation.id, userId }, signal);
    if (log !== undefined) return logFrames(log, place, lastEventId);
    const now = await store.exchanges.ofTurn(conversation.id, userId, turnId);
    ended = now?.answers.find(({ turn }) => turn.id === turnId) ?? answer;
  }
  return storedFrames(replayTurn(ended, await store.turns.trace(turnId)), place, lastEventId);
}

function noSuchTurn(): DomainError {
  return new DomainError("not_found", "there is no such turn");
}
