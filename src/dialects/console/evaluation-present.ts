import { z } from "zod";
import type { Evaluation } from "../../domain/evaluation.ts";
import { formatId, wireMoment } from "./wire.ts";

const sideTotals = z.object({
  answered: z.number(),
  failed: z.number(),
  /** Medians, in milliseconds. */
  firstTokenMs: z.number().nullable(),
  totalMs: z.number().nullable(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  /** By currency. */
  costs: z.record(z.string(), z.number()),
  /** Mean of 1 to 5. */
  score: z.number().nullable(),
  unjudged: z.number(),
  /** 0 to 1. */
  likenessToExpected: z.number().nullable(),
});

/** What an evaluation comes to. */
const shownTotals = z.object({
  questions: z.number(),
  draft: sideTotals,
  baseline: sideTotals,
  likeness: z.number().nullable(),
  better: z.object({ draft: z.number(), baseline: z.number(), tie: z.number(), unknown: z.number() }),
  judge: z.object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    costs: z.record(z.string(), z.number()),
  }),
});

export const shownEvaluation = z.object({
  id: z.string(),
  setId: z.string(),
  agentId: z.string(),
  candidate: z.string(),
  baseline: z.string(),
  judge: z.string().nullable(),
  state: z.enum(["running", "completed", "stopped", "interrupted", "failed"]),
  total: z.number(),
  done: z.number(),
  /** Null: it runs, or no question was tried to its end. */
  totals: shownTotals.nullable(),
  failure: z.string().nullable(),
  createdAt: wireMoment,
  endedAt: wireMoment.nullable(),
});

const side = z.object({
  answer: z.string(),
  failure: z.string().nullable(),
  firstTokenMs: z.number(),
  totalMs: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
  currency: z.string(),
  model: z.string(),
  chunks: z.array(z.looseObject({ document: z.string(), text: z.string() })),
  likenessToExpected: z.number().nullable(),
  /** Null: nobody graded it. */
  judgement: z
    .looseObject({
      score: z.number().optional(),
      reason: z.string().optional(),
      problem: z.string().optional(),
    })
    .nullable(),
});

/** One question of an evaluation, with both answers. */
export const shownRow = z.object({
  number: z.number(),
  /** The turn it comes from; empty: somebody wrote it. */
  source: z.string(),
  question: z.string(),
  expected: z.string().nullable(),
  draft: side,
  baseline: side.nullable(),
  likeness: z.number().nullable(),
  winner: z.enum(["draft", "baseline", "tie"]).nullable(),
});

export function presentEvaluation(evaluation: Evaluation): z.input<typeof shownEvaluation> {
  const { id, setId, agentId, candidate, baseline, state, total, done, createdAt } = evaluation;
  return {
    id: formatId(id),
    setId: formatId(setId),
    agentId: formatId(agentId),
    candidate,
    baseline,
    judge: evaluation.judge === "" ? null : evaluation.judge,
    state,
    total,
    done,
    totals: evaluation.totals === "" ? null : JSON.parse(evaluation.totals),
    failure: evaluation.failure === "" ? null : evaluation.failure,
    createdAt,
    endedAt: evaluation.endedAt ?? null,
  };
}
