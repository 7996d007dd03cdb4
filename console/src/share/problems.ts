const PROBLEMS = {
  not_found: "notFound",
  agent_not_published: "notPublished",
  rate_limited: "tooMany",
  too_many_turns: "tooMany",
  budget_exhausted: "notPublished",
  content_too_long: "tooLong",
  body_too_large: "tooLong",
  conversation_not_found: "conversationGone",
  conversation_busy: "busy",
  regenerate_limit: "limit",
  lost: "lost",
  unreachable: "unreachable",
  shutting_down: "unreachable",
} as const;

type ProblemWord = (typeof PROBLEMS)[keyof typeof PROBLEMS] | "broken";

/** What a visitor is told of an error. */
export function problemWord(code: string): ProblemWord {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS] : "broken";
}
