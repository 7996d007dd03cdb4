import { sql } from "kysely";
import type { TurnStatus } from "../../domain/conversation.ts";
import type { ExchangeId, TurnId } from "../../domain/ids.ts";
import type { ConversationRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { FoundConversation } from "../store.ts";
import { toConversation } from "./conversations.ts";

/** Of a question as many characters are shown. */
const SHOWN_CHARACTERS = 300;
/** Of so many exchanges of a conversation the ratings are shown: some have a hundred thousand. */
const RATED_EXCHANGES = 50;

type Row = ConversationRow & { newest_exchange_id: number | null; is_liked: number; is_disliked: number };

interface NewestQuestion {
  exchange_id: number;
  role: string;
  text: string;
}

interface NewestTurn {
  id: number;
  exchange_id: number;
  status: string;
  family: string;
}

/** In the order of `ids`; those that are gone by now are left out. */
export async function loadFound(session: Session, ids: readonly number[]): Promise<FoundConversation[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Row>`select conversations.*, (
      select exchanges.id from exchanges
      where exchanges.conversation_id = conversations.id and exchanges.deleted_at is null
      order by exchanges.id desc limit 1) as newest_exchange_id,
      ${isRated("like")} as is_liked, ${isRated("dislike")} as is_disliked
    from conversations where conversations.id in (${sql.join(ids)}) and conversations.deleted_at is null`.execute(
    session.db,
  );
  const exchangeIds = rows.flatMap((row) => row.newest_exchange_id ?? []);
  const questions = new Map(
    (await questionsOf(session, exchangeIds)).map((question) => [question.exchange_id, question]),
  );
  const turns = new Map((await turnsOf(session, exchangeIds)).map((turn) => [turn.exchange_id, turn]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const exchangeId = row.newest_exchange_id ?? 0;
    return [toFound(row, questions.get(exchangeId), turns.get(exchangeId))];
  });
}

/** Looks each up by its key: joined, PostgreSQL would read whole tables for a page. */
function isRated(rating: "like" | "dislike") {
  return sql<number>`case when (
    select 1 from (
      select exchanges.id from exchanges
      where exchanges.conversation_id = conversations.id and exchanges.deleted_at is null
      order by exchanges.id desc limit ${sql.lit(RATED_EXCHANGES)}) exchange
    join turns on turns.exchange_id = exchange.id
    where turns.deleted_at is null and (
      select 1 from feedback where feedback.turn_id = turns.id and feedback.rating = ${sql.lit(rating)} limit 1
    ) is not null limit 1) is not null then 1 else 0 end`;
}

async function questionsOf({ db }: Session, exchangeIds: readonly number[]): Promise<NewestQuestion[]> {
  if (exchangeIds.length === 0) return [];
  const { rows } =
    await sql<NewestQuestion>`select exchange_id, role, substr(text, 1, ${sql.lit(SHOWN_CHARACTERS)}) as text
    from messages where exchange_id in (${sql.join(exchangeIds)}) and turn_id is null and deleted_at is null`.execute(
      db,
    );
  return rows;
}

/** Oldest first: of several answers to one question the newest comes last. */
async function turnsOf({ db }: Session, exchangeIds: readonly number[]): Promise<NewestTurn[]> {
  if (exchangeIds.length === 0) return [];
  const { rows } = await sql<NewestTurn>`select id, exchange_id, status, family
    from turns where exchange_id in (${sql.join(exchangeIds)}) and deleted_at is null order by id`.execute(
    db,
  );
  return rows;
}

function toFound(
  row: Row,
  question: NewestQuestion | undefined,
  turn: NewestTurn | undefined,
): FoundConversation {
  return {
    conversation: toConversation(row),
    activeAt: new Date(row.active_at),
    ...(row.newest_exchange_id !== null && {
      newest: {
        exchangeId: row.newest_exchange_id as ExchangeId,
        role: question?.role === "assistant" ? "assistant" : "user",
        text: question?.text ?? "",
        ...(turn !== undefined && {
          turn: { id: turn.id as TurnId, status: turn.status as TurnStatus, family: turn.family },
        }),
      },
    }),
    isLiked: row.is_liked === 1,
    isDisliked: row.is_disliked === 1,
  };
}
