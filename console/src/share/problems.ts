const PROBLEMS = {
  not_found: "notFound",
  agent_not_published: "notPublished",
  rate_limited: "tooMany",
  too_many_turns: "tooMany",
  budget_exhausted: "tooMany",
  conversation_busy: "busy",
  regenerate_limit: "limit",
  unreachable: "unreachable",
} as const;

type ProblemWord = (typeof PROBLEMS)[keyof typeof PROBLEMS] | "broken";

/** What a visitor is told of an error. */
export function problemWord(code: string): ProblemWord {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS] : "broken";
}
