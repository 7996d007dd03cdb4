import { expect, test } from "vitest";
import { type Change, type ConversationState, changed, EMPTY } from "./conversation-state.ts";
import type { ExchangePage, ShareEvent, Source } from "./wire.ts";

const after = (...changes: Change[]): ConversationState => changes.reduce(changed, EMPTY);
const told = (event: ShareEvent): Change => ({ type: "told", event });
const turn = (isWhole = true): Change =>
  told({ type: "turn", turnId: "7", conversationId: "1", exchangeId: "5", isWhole, isHeld: false });
const text = (words: string): Change => told({ type: "text", text: words });
const sources = (...found: Source[]): Change => told({ type: "sources", sources: found });
const answerOf = ({ exchanges }: ConversationState) => exchanges.at(-1)?.answers.at(-1);

const aPage = (nextCursor: string | null, ...ids: string[]): ExchangePage => ({
  items: ids.map((id) => ({ id, question: { role: "user", text: id }, answers: [] })),
  nextCursor,
  isHeld: false,
});

test("earlier messages that are asked for twice are there once, and none of a conversation that was left", () => {
  const opened: Change = { type: "opened", conversationId: "1", page: aPage("3", "4", "3") };
  const older: Change = { type: "older", cursor: "3", page: aPage(null, "2", "1") };
  expect(after(opened, older, older).exchanges.map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
  expect(after(opened, { type: "emptied" }, older)).toEqual(EMPTY);
});

test("words that are told again from the beginning stand once, those that go on stand behind", () => {
  const begun = [{ type: "asked", text: "Hi" }, turn(), text("Hel"), sources(aSource("A"))] as const;
  expect(answerOf(after(...begun, turn(false), text("lo")))?.text).toBe("Hello");
  const again = answerOf(after(...begun, turn(), sources(aSource("A")), text("Hello")));
  expect(again).toMatchObject({ text: "Hello", sources: [{ title: "A" }] });
});

test("a document that is found by several searches is one source", () => {
  const found = after({ type: "asked", text: "Hi" }, turn(), sources(aSource("A")), sources(aSource("A")));
  expect(answerOf(found)?.sources).toEqual([aSource("A")]);
});

function aSource(title: string): Source {
  return { title, text: "words", url: null };
}
