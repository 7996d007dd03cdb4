import type { ExchangePage, Opinion, SharedAnswer, SharedExchange, ShareEvent } from "./wire.ts";

/** What is on the page. */
export interface ConversationState {
  conversationId: string | undefined;
  /** Oldest first. */
  exchanges: ShownExchange[];
  /** Where earlier ones go on; undefined: there are none. */
  olderCursor: string | undefined;
  /** A person answers here. */
  isHeld: boolean;
  /** The answer that is being written. */
  running: { turnId: string; lastEventId: string | undefined } | undefined;
  /** A question is on its way, and the server has not taken it yet. */
  isAsking: boolean;
  /** What the visitor has to know, by its code. */
  problem: string | undefined;
}

export interface ShownAnswer extends SharedAnswer {
  /** What happens while no words come. */
  step: "searching" | "thinking" | "working" | undefined;
}

export interface ShownExchange extends Omit<SharedExchange, "answers"> {
  answers: ShownAnswer[];
  /** Place of the answer that is shown. */
  shown: number;
}

export const EMPTY: ConversationState = {
  conversationId: undefined,
  exchanges: [],
  olderCursor: undefined,
  isHeld: false,
  running: undefined,
  isAsking: false,
  problem: undefined,
};

/** What can happen to it. */
export type Change =
  | { type: "opened"; conversationId: string; page: ExchangePage }
  | { type: "older"; page: ExchangePage }
  | { type: "asked"; text: string }
  | { type: "asked-again"; exchangeId: string }
  | { type: "told"; event: ShareEvent; id: string | undefined }
  | { type: "shown"; exchangeId: string; place: number }
  | { type: "rated"; turnId: string; opinion: Opinion }
  | { type: "failed"; code: string }
  | { type: "lost" }
  | { type: "emptied" };

/** Stands for a question until the server has named it. */
const UNNAMED = "";

export function changed(state: ConversationState, change: Change): ConversationState {
  switch (change.type) {
    case "opened":
      return opened(change.conversationId, change.page);
    case "older":
      return {
        ...state,
        exchanges: [...shownExchanges(change.page), ...state.exchanges],
        olderCursor: change.page.nextCursor ?? undefined,
      };
    case "asked": {
      const exchange = {
        id: UNNAMED,
        question: { role: "user" as const, text: change.text },
        answers: [],
        shown: 0,
      };
      return { ...state, problem: undefined, isAsking: true, exchanges: [...state.exchanges, exchange] };
    }
    case "asked-again":
      return { ...state, problem: undefined, isAsking: true };
    case "told":
      return told(state, change.event, change.id);
    case "shown":
      return withExchange(state, change.exchangeId, (exchange) => ({ ...exchange, shown: change.place }));
    case "rated":
      return withAnswer(state, change.turnId, (answer) => ({ ...answer, feedback: change.opinion }));
    case "failed":
      return {
        ...state,
        problem: change.code,
        isAsking: false,
        exchanges: state.exchanges.filter(({ id }) => id !== UNNAMED),
      };
    case "lost":
      return { ...state, problem: "unreachable" };
    case "emptied":
      return EMPTY;
  }
}

function opened(conversationId: string, page: ExchangePage): ConversationState {
  const exchanges = shownExchanges(page);
  const running = exchanges.flatMap(({ answers }) => answers).find(({ status }) => status === "running");
  return {
    ...EMPTY,
    conversationId,
    exchanges,
    olderCursor: page.nextCursor ?? undefined,
    isHeld: page.isHeld,
    running: running && { turnId: running.turnId, lastEventId: undefined },
  };
}

function shownExchanges({ items }: ExchangePage): ShownExchange[] {
  return items.toReversed().map((exchange) => ({
    ...exchange,
    answers: exchange.answers.map((answer) => ({ ...answer, step: undefined })),
    shown: Math.max(
      exchange.answers.findIndex(({ isChosen }) => isChosen),
      0,
    ),
  }));
}

function told(state: ConversationState, event: ShareEvent, id: string | undefined): ConversationState {
  if (event.type === "turn") return begun(state, event);
  const { running } = state;
  if (running === undefined) return state;
  const next: ConversationState = {
    ...withAnswer(state, running.turnId, (answer) => toldAnswer(answer, event)),
    problem: undefined,
    running: { ...running, lastEventId: id ?? running.lastEventId },
  };
  return event.type === "end" || event.type === "error" ? { ...next, running: undefined } : next;
}

/** The server has taken a question, or goes on to tell of a turn that is known. */
function begun(
  state: ConversationState,
  { turnId, conversationId, exchangeId, isRestart }: Extract<ShareEvent, { type: "turn" }>,
): ConversationState {
  const isNew = state.exchanges.some(({ id }) => id === UNNAMED);
  const named = state.exchanges.map((exchange) =>
    exchange.id === UNNAMED ? { ...exchange, id: exchangeId } : exchange,
  );
  const next = { ...state, conversationId, exchanges: named, isAsking: false, problem: undefined };
  const isKnown = named.some(({ answers }) => answers.some((answer) => answer.turnId === turnId));
  const running = { turnId, lastEventId: isRestart || !isKnown ? undefined : state.running?.lastEventId };
  if (!isKnown || isNew) {
    const begin = (exchange: ShownExchange) => ({
      ...exchange,
      answers: [...exchange.answers, newAnswer(turnId)],
      shown: exchange.answers.length,
    });
    return { ...withExchange(next, exchangeId, begin), running };
  }
  // Whoever follows from the beginning is told all the words again.
  const isWhole = isRestart || state.running?.lastEventId === undefined;
  const again = isWhole ? withAnswer(next, turnId, (answer) => ({ ...answer, text: "", sources: [] })) : next;
  return { ...again, running };
}

function newAnswer(turnId: string): ShownAnswer {
  return {
    turnId,
    status: "running",
    isChosen: true,
    text: "",
    suggestions: [],
    error: null,
    sources: [],
    feedback: { rating: "none", categories: [], comment: "" },
    step: undefined,
  };
}

function toldAnswer(answer: ShownAnswer, event: ShareEvent): ShownAnswer {
  switch (event.type) {
    case "step":
      return { ...answer, step: event.step };
    case "sources":
      return { ...answer, sources: [...answer.sources, ...event.sources] };
    case "text":
      return { ...answer, step: undefined, text: answer.text + event.text };
    case "replace":
      return { ...answer, step: undefined, text: event.text };
    case "suggestions":
      return { ...answer, suggestions: event.questions };
    case "end":
      return { ...answer, step: undefined, status: event.status };
    case "error":
      return {
        ...answer,
        step: undefined,
        status: event.code === "interrupted" ? "interrupted" : "failed",
        error: event.code,
      };
    case "turn":
      return answer;
  }
}

function withExchange(
  state: ConversationState,
  exchangeId: string,
  edit: (exchange: ShownExchange) => ShownExchange,
): ConversationState {
  return {
    ...state,
    exchanges: state.exchanges.map((exchange) => (exchange.id === exchangeId ? edit(exchange) : exchange)),
  };
}

function withAnswer(
  state: ConversationState,
  turnId: string,
  edit: (answer: ShownAnswer) => ShownAnswer,
): ConversationState {
  return {
    ...state,
    exchanges: state.exchanges.map((exchange) => ({
      ...exchange,
      answers: exchange.answers.map((answer) => (answer.turnId === turnId ? edit(answer) : answer)),
    })),
  };
}
