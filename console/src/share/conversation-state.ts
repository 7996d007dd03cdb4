import type { ExchangePage, Opinion, SharedAnswer, SharedExchange, ShareEvent, Source } from "./wire.ts";

/** What is on the page. */
export interface ConversationState {
  conversationId: string | undefined;
  /** Oldest first. */
  exchanges: ShownExchange[];
  /** Where earlier ones go on; undefined: there are none. */
  olderCursor: string | undefined;
  /** A person answers here. */
  isHeld: boolean;
  /** The turn whose answer is being written. */
  running: string | undefined;
  /** A question is on its way, and the server has not taken it yet. */
  isAsking: boolean;
  /** What the visitor has to know, by its code. */
  problem: string | undefined;
  /** What was not taken. Another object each time. */
  refused: Refusal | undefined;
}

export interface Refusal {
  /** What was asked: the visitor need not write it again. Undefined: an answer was asked for once more. */
  text: string | undefined;
  /** Key of the variable whose value does not fit. */
  variable: string | undefined;
}

export interface ShownAnswer extends Omit<SharedAnswer, "isHeld"> {
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
  refused: undefined,
};

/** What can happen to it. */
export type Change =
  | { type: "opened"; conversationId: string; page: ExchangePage }
  | { type: "older"; cursor: string; page: ExchangePage }
  | { type: "asked"; text: string }
  | { type: "asked-again" }
  | { type: "told"; event: ShareEvent }
  | { type: "shown"; exchangeId: string; place: number }
  | { type: "rated"; turnId: string; opinion: Opinion }
  /** What was asked is not taken. */
  | { type: "refused"; code: string; variable?: string | undefined }
  /** The answer that is being written can be read no further. */
  | { type: "given-up"; code: string }
  /** The connection broke; it is tried again. */
  | { type: "lost" }
  /** Something else went wrong. */
  | { type: "failed"; code: string }
  | { type: "emptied" };

/** Stands for a question until the server has named it. */
const UNNAMED = "";

export function changed(state: ConversationState, change: Change): ConversationState {
  switch (change.type) {
    case "opened":
      return opened(change.conversationId, change.page);
    case "older":
      // Pressed twice, or of a conversation that was left.
      if (state.olderCursor !== change.cursor) return state;
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
      return { ...asking(state), exchanges: [...state.exchanges, exchange] };
    }
    case "asked-again":
      return asking(state);
    case "told":
      return told(state, change.event);
    case "shown":
      return withExchange(state, change.exchangeId, (exchange) => ({ ...exchange, shown: change.place }));
    case "rated":
      return {
        ...withAnswer(state, change.turnId, (answer) => ({ ...answer, feedback: change.opinion })),
        problem: undefined,
      };
    case "refused":
      return {
        ...state,
        problem: change.code,
        isAsking: false,
        exchanges: state.exchanges.filter(({ id }) => id !== UNNAMED),
        refused: {
          text: state.exchanges.find(({ id }) => id === UNNAMED)?.question.text,
          variable: change.variable,
        },
      };
    case "given-up":
      return {
        ...(state.running === undefined ? state : withAnswer(state, state.running, interrupted)),
        problem: change.code,
        running: undefined,
      };
    case "lost":
      return { ...state, problem: "lost" };
    case "failed":
      return { ...state, problem: change.code, refused: undefined };
    case "emptied":
      return EMPTY;
  }
}

function asking(state: ConversationState): ConversationState {
  return { ...state, problem: undefined, refused: undefined, isAsking: true };
}

function interrupted(answer: ShownAnswer): ShownAnswer {
  return { ...answer, step: undefined, status: "interrupted" };
}

function opened(conversationId: string, page: ExchangePage): ConversationState {
  const exchanges = shownExchanges(page);
  return {
    ...EMPTY,
    conversationId,
    exchanges,
    olderCursor: page.nextCursor ?? undefined,
    isHeld: page.isHeld,
    running: runningTurn(page.items),
  };
}

/** The turn whose answer is being written. */
export function runningTurn(exchanges: readonly SharedExchange[]): string | undefined {
  return exchanges.flatMap(({ answers }) => answers).find(({ status }) => status === "running")?.turnId;
}

function shownExchanges({ items }: ExchangePage): ShownExchange[] {
  return items.toReversed().map((exchange) => {
    const answers = exchange.answers.filter(({ isHeld }) => !isHeld);
    return {
      ...exchange,
      answers: answers.map((answer) => ({ ...answer, step: undefined })),
      shown: Math.max(
        answers.findIndex(({ isChosen }) => isChosen),
        0,
      ),
    };
  });
}

function told(state: ConversationState, event: ShareEvent): ConversationState {
  if (event.type === "turn") return begun(state, event);
  const { running } = state;
  if (running === undefined) return state;
  const next = { ...withAnswer(state, running, (answer) => toldAnswer(answer, event)), problem: undefined };
  return event.type === "end" || event.type === "error" ? { ...next, running: undefined } : next;
}

/** The server has taken a question, or goes on to tell of a turn that is known. */
function begun(
  state: ConversationState,
  { turnId, conversationId, exchangeId, isWhole, isHeld }: Extract<ShareEvent, { type: "turn" }>,
): ConversationState {
  const exchanges = state.exchanges.map((exchange) =>
    exchange.id === UNNAMED ? { ...exchange, id: exchangeId } : exchange,
  );
  const next = {
    ...state,
    ...{ conversationId, exchanges, running: turnId },
    ...{ isHeld, isAsking: false, problem: undefined },
  };
  if (isHeld) return next;
  const isKnown = exchanges.some(({ answers }) => answers.some((answer) => answer.turnId === turnId));
  if (!isKnown) {
    return withExchange(next, exchangeId, (exchange) => ({
      ...exchange,
      answers: [...exchange.answers, newAnswer(turnId)],
      shown: exchange.answers.length,
    }));
  }
  return isWhole ? withAnswer(next, turnId, (answer) => ({ ...answer, text: "", sources: [] })) : next;
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
      return { ...answer, sources: withoutRepeats([...answer.sources, ...event.sources]) };
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

/** Each document once, however often it was found. */
function withoutRepeats(sources: Source[]): Source[] {
  return sources.filter(({ title }, place) => sources.findIndex((one) => one.title === title) === place);
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
