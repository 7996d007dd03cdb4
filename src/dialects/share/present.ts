import { needsValue, VALUE_LIMIT } from "../../chat/conversations.ts";
import type { Agent, Variable } from "../../domain/agent.ts";
import type { Answer, Exchange, Feedback } from "../../domain/conversation.ts";
import type { Passage } from "../../domain/knowledge.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";

const SNIPPET_LENGTH = 280;
const SOURCES_LIMIT = 20;

/** What visitors see of an agent before they have asked anything. */
export function presentAgent(link: ShareLink, { name, settings }: Agent) {
  const { opening, description } = settings;
  return {
    title: link.title === "" ? name : link.title,
    description,
    greeting: link.greeting === "" ? opening.message : link.greeting,
    questions: opening.questions,
    color: link.color,
    variables: settings.variables.map(presentVariable),
  };
}

/** What is asked of visitors: nothing of what stands in for a value, or what it is for. */
function presentVariable(variable: Variable) {
  const { key, name, type, choices, maxLength = VALUE_LIMIT } = variable;
  return {
    key,
    name: name === "" ? key : name,
    type,
    required: needsValue(variable),
    choices,
    maxLength: Math.min(maxLength, VALUE_LIMIT),
  };
}

/** Where an answer comes from: each document once, with the beginning of what was found in it. */
export function presentSources(passages: readonly Passage[]) {
  const sources = new Map<string, { title: string; text: string; url: string | null }>();
  for (const { documentName, question, text, documentUrl } of passages) {
    const title = documentName === "" ? question : documentName;
    if (sources.has(title) || sources.size === SOURCES_LIMIT) continue;
    const snippet = text.length > SNIPPET_LENGTH ? `${text.slice(0, SNIPPET_LENGTH).toWellFormed()}…` : text;
    sources.set(title, { title, text: snippet, url: /^https?:/i.test(documentUrl) ? documentUrl : null });
  }
  return [...sources.values()];
}

/** What is kept of an exchange besides itself. */
export interface Around {
  traces: ReadonlyMap<number, TraceEvent[]>;
  opinions: ReadonlyMap<number, Feedback>;
}

/** A question with its answers, as its visitor sees them. */
export function presentExchange(
  { id, question, answers, chosenTurnId, createdAt }: Exchange,
  around: Around,
) {
  return {
    id: String(id),
    question: { role: question.role, text: question.text },
    answers: answers.map((answer) => presentAnswer(answer, answer.turn.id === chosenTurnId, around)),
    createdAt,
  };
}

function presentAnswer({ turn, text }: Answer, isChosen: boolean, { traces, opinions }: Around) {
  const { id, status, isHeld, suggestions, error } = turn;
  const passages = (traces.get(id) ?? []).flatMap((event) =>
    event.type === "knowledge-search-end" || event.type === "qa-search-end" ? event.passages : [],
  );
  const { rating = "none", categories = [], comment = "" } = opinions.get(id) ?? {};
  return {
    turnId: String(id),
    ...{ status, isChosen, isHeld, text, suggestions },
    error: error?.code ?? null,
    sources: presentSources(passages),
    feedback: { rating, categories, comment },
  };
}
