import { randomInt } from "node:crypto";
import type { Conversation } from "../domain/conversation.ts";
import {
  type ConversationId,
  type ExchangeId,
  idPlaceAt,
  idTimeMs,
  type MessageId,
  type SectionId,
} from "../domain/ids.ts";
import type { InsertedMessage, Repositories, Store } from "../storage/store.ts";
import type { NewMessage } from "./conversations.ts";
import { conversationNotFound } from "./conversations.ts";

/** A message that was exchanged elsewhere. */
export interface PastMessage extends Pick<NewMessage, "role" | "text" | "attachments"> {
  conversationId: ConversationId;
  /** When it was said. Absent: now. */
  at?: Date | undefined;
  /**
   * What its sender knows it by: a second one of the same conversation is left out, and so is one that was asked as a
   * question lately. Absent: it is always put in.
   */
  key?: string | undefined;
}

/** What became of a past message. `messageId`: where it was put in, or is there from such a call, that one's. */
export interface AddedMessage {
  isAdded: boolean;
  messageId: MessageId;
}

/** Within what callers' names of questions are told apart that are answered; see `RequestKey`. */
export function askedScope(conversationId: ConversationId): string {
  return `message:${conversationId}`;
}

/** Keys of messages are never free again. */
const NEVER = new Date(Date.UTC(9_999, 11, 31));
/** Longer than any of these transactions takes. */
const RESERVED_MS = 600_000;
const EXCHANGES_AT_ONCE = 50;
const IDS_AT_ONCE = 16;

/**
 * Puts messages into their conversations at their times; nothing answers them. Those of one time stand in the order
 * given, after what was there. All or none, and they would survive a power cut when this resolves, with what became of
 * each. Rejects with `conversation_not_found` when a conversation is gone.
 */
export async function addPastMessages(store: Store, messages: PastMessage[]): Promise<AddedMessage[]> {
  const added = await store.transaction((inside) => new Adding(store, inside).add(messages));
  await store.flushed();
  return added;
}

/** The work of one transaction. */
class Adding {
  readonly #store: Pick<Store, "newId">;
  readonly #inside: Repositories;
  readonly #now = new Date();

  constructor(store: Pick<Store, "newId">, inside: Repositories) {
    this.#store = store;
    this.#inside = inside;
  }

  async add(messages: PastMessage[]): Promise<AddedMessage[]> {
    const added: AddedMessage[] = [];
    const inserted: InsertedMessage[] = [];
    for (const [conversationId, entries] of byConversation(messages)) {
      const conversation = await this.#inside.conversations.getToChange(conversationId);
      if (conversation === undefined) throw conversationNotFound();
      for (const { message, index } of entries) added[index] = await this.#claim(message);
      const fresh = entries.flatMap(({ message, index }) => {
        const claim = added[index];
        return claim?.isAdded === true ? [{ message, messageId: claim.messageId }] : [];
      });
      inserted.push(...(await this.#placed(conversation, fresh)));
    }
    await this.#inside.exchanges.insert(inserted);
    return added;
  }

  /** Messages of one conversation at their times. */
  async #placed(
    conversation: Conversation,
    messages: { message: PastMessage; messageId: MessageId }[],
  ): Promise<InsertedMessage[]> {
    const timeOf = ({ message }: { message: PastMessage }) => (message.at ?? this.#now).getTime();
    const placed: InsertedMessage[] = [];
    for (const { message, messageId } of messages.toSorted((one, other) => timeOf(one) - timeOf(other))) {
      const exchangeId = await this.#placeFor(conversation, message, placed.at(-1)?.exchangeId ?? 0);
      placed.push(await this.#insertedInto(conversation, message, { messageId, exchangeId }));
    }
    return placed;
  }

  async #claim({ conversationId, key }: PastMessage): Promise<AddedMessage> {
    const fresh = { isAdded: true, messageId: this.#store.newId<MessageId>() };
    if (key === undefined) return fresh;
    const { requestKeys } = this.#inside;
    const asked = await requestKeys.find({ scope: askedScope(conversationId), key }, this.#now);
    if (asked !== undefined) return { ...fresh, isAdded: false };
    const named = { scope: `said:${conversationId}`, key };
    if (await requestKeys.add({ ...named, expiresAt: NEVER }, fresh.messageId, this.#now)) return fresh;
    const known = await requestKeys.find(named, this.#now);
    return { isAdded: false, messageId: (known ?? fresh.messageId) as MessageId };
  }

  /** Ids tell the order: a free one of the message's time, after `last` and what was said by then. */
  async #placeFor(conversation: Conversation, { at }: PastMessage, last: number): Promise<ExchangeId> {
    if (at === undefined) return this.#store.newId<ExchangeId>();
    const ms = at.getTime();
    const place = idPlaceAt(ms);
    const room = Math.max(1, Math.floor((idPlaceAt(ms + 1) - place) / 4));
    const said = await this.#lastSaidBy(conversation.id, at, Math.max(place, last + 1) as ExchangeId);
    return this.#free(Math.max(said + 1, place + (said < place ? randomInt(room) : 0), last + 1));
  }

  /** The last of the exchanges from `place` on that are not later than `at`; 0: there is none. */
  async #lastSaidBy(conversationId: ConversationId, at: Date, place: ExchangeId): Promise<number> {
    let from = place;
    let last = 0;
    for (;;) {
      const exchanges = await this.#inside.exchanges.page({
        conversationId,
        rater: "",
        order: "asc",
        from,
        limit: EXCHANGES_AT_ONCE,
      });
      const said = exchanges.filter(({ createdAt }) => createdAt.getTime() <= at.getTime());
      last = said.at(-1)?.id ?? last;
      if (said.length < EXCHANGES_AT_ONCE) return last;
      from = (last + 1) as ExchangeId;
    }
  }

  /**
   * The first free id from `least` on, or one not far behind; nobody else gets it who looks for one at the same moment.
   */
  async #free(least: number): Promise<ExchangeId> {
    const { exchanges, requestKeys } = this.#inside;
    const expiresAt = new Date(this.#now.getTime() + RESERVED_MS);
    let from = least;
    for (let step = IDS_AT_ONCE; ; step *= 2) {
      const ids = Array.from({ length: IDS_AT_ONCE }, (_, index) => (from + index) as ExchangeId);
      const taken = await exchanges.taken(ids);
      for (const id of ids) {
        if (taken.has(id)) continue;
        const reservation = { scope: "exchange", key: String(id), expiresAt };
        if (await requestKeys.add(reservation, id, this.#now)) return id;
      }
      from += step;
    }
  }

  async #insertedInto(
    conversation: Conversation,
    { role, text, attachments, at = this.#now }: PastMessage,
    ids: { messageId: MessageId; exchangeId: ExchangeId },
  ): Promise<InsertedMessage> {
    return {
      ...ids,
      conversationId: conversation.id,
      sectionId: await this.#sectionAt(conversation, ids.exchangeId, at),
      role,
      kind: role === "user" ? "question" : "answer",
      text,
      attachments,
      meta: {},
      createdAt: at,
    };
  }

  /** What was said before the present section began belongs to the one that its time was in. */
  async #sectionAt(
    { id: conversationId, sectionId }: Conversation,
    before: ExchangeId,
    at: Date,
  ): Promise<SectionId> {
    const begunAtMs = idTimeMs(sectionId);
    const isFirst = begunAtMs < idTimeMs(conversationId) + FIRST_SECTION_MS;
    if (isFirst || at.getTime() >= begunAtMs) return sectionId;
    const window = { conversationId, rater: "", limit: 1, before };
    const [earlier] = await this.#inside.exchanges.latest(window);
    return earlier?.sectionId ?? (before as number as SectionId);
  }
}

/** A conversation's first section is made with it. */
const FIRST_SECTION_MS = 1_000;

/** In one order, so that two who change the same conversations never wait for each other. */
function byConversation(
  messages: PastMessage[],
): [ConversationId, { message: PastMessage; index: number }[]][] {
  const entries = messages.map((message, index) => ({ message, index }));
  const groups = Map.groupBy(entries, ({ message }) => message.conversationId);
  return [...groups].sort(([one], [other]) => one - other);
}
