import type { ModelUsage } from "../domain/governance.ts";
import { scoreOf, type TrialPlan, type TrialRow, type TrialSide, type Winner } from "./trial.ts";
import type { TrialAnswer } from "./trial-answer.ts";

/** One side of a trial, taken together. */
export interface SideTotals {
  answered: number;
  failed: number;
  /** Medians of the answers that took time, in milliseconds; undefined: none did. */
  firstTokenMs: number | undefined;
  totalMs: number | undefined;
  inputTokens: number;
  outputTokens: number;
  /** By currency. */
  costs: Map<string, number>;
  /** Mean of what the judge said, and how often it said something that is no judgement. */
  score: number | undefined;
  unjudged: number;
  /** Mean likeness to the answers one wants. */
  likenessToExpected: number | undefined;
}

export interface TrialTotals {
  rows: number;
  candidate: SideTotals;
  /** Over the rows that have one. */
  baseline: SideTotals;
  /** Mean likeness of the two answers to each other. */
  likeness: number | undefined;
  winners: Record<Winner, number>;
  /** What grading cost. */
  judge: { inputTokens: number; outputTokens: number; costs: Map<string, number> };
}

export function totalsOf(rows: readonly TrialRow[]): TrialTotals {
  const candidates = rows.map(({ candidate }) => candidate);
  const baselines = rows.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline]));
  const judgements = [...candidates, ...baselines].flatMap(({ judgement }) => judgement ?? []);
  const winners = { candidate: 0, baseline: 0, tie: 0, unknown: 0 };
  for (const { winner } of rows) winners[winner] += 1;
  return {
    rows: rows.length,
    candidate: sideTotals(candidates),
    baseline: sideTotals(baselines),
    likeness: mean(rows.flatMap(({ likeness }) => likeness ?? [])),
    winners,
    judge: {
      inputTokens: sum(judgements.map(({ inputTokens }) => inputTokens)),
      outputTokens: sum(judgements.map(({ outputTokens }) => outputTokens)),
      costs: costsOf(judgements),
    },
  };
}

function sideTotals(sides: TrialSide[]): SideTotals {
  const answers = sides.map(({ answer }) => answer);
  const answered = answers.filter(({ failure }) => failure === undefined);
  return {
    answered: answered.length,
    failed: answers.length - answered.length,
    firstTokenMs: median(answered.flatMap(({ firstTokenMs }) => firstTokenMs || [])),
    totalMs: median(answered.flatMap(({ totalMs }) => totalMs || [])),
    inputTokens: sum(answers.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(answers.map(({ outputTokens }) => outputTokens)),
    costs: costsOf(answers),
    score: mean(sides.flatMap((side) => scoreOf(side) ?? [])),
    unjudged: sides.filter(({ judgement }) => judgement !== undefined && "problem" in judgement).length,
    likenessToExpected: mean(sides.flatMap(({ likenessToExpected }) => likenessToExpected ?? [])),
  };
}

function costsOf(spent: { cost: number; currency: string }[]): Map<string, number> {
  const costs = new Map<string, number>();
  for (const { cost, currency } of spent) {
    if (currency !== "") costs.set(currency, (costs.get(currency) ?? 0) + cost);
  }
  return costs;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

function median(values: number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)];
  return mean(sorted.slice(middle - 1, middle + 1));
}

/** What a row used of models, by currency: of both answers, unless one was recorded, and of what grading them took. */
export function usageOf({ candidate, baseline }: TrialRow, against: TrialPlan["baseline"]): ModelUsage[] {
  const asked = [candidate.answer, candidate.judgement, baseline?.judgement];
  if (against !== "recorded") asked.push(baseline?.answer);
  const used = new Map<string, ModelUsage>();
  for (const call of asked) {
    if (call === undefined) continue;
    const { tokens, cost } = used.get(call.currency) ?? { tokens: 0, cost: 0 };
    const { inputTokens, outputTokens, currency } = call;
    used.set(currency, { tokens: tokens + inputTokens + outputTokens, cost: cost + call.cost, currency });
  }
  return [...used.values()].filter(({ tokens }) => tokens > 0);
}

/** What it comes to, for programs: one JSON object. */
export function describeTotals(rows: readonly TrialRow[]) {
  const { candidate, baseline, likeness, winners, judge } = totalsOf(rows);
  return {
    questions: rows.length,
    draft: describeSideTotals(candidate),
    baseline: describeSideTotals(baseline),
    likeness: likeness ?? null,
    better: {
      draft: winners.candidate,
      baseline: winners.baseline,
      tie: winners.tie,
      unknown: winners.unknown,
    },
    judge: { ...judge, costs: Object.fromEntries(judge.costs) },
  };
}

function describeSideTotals(totals: SideTotals) {
  const { firstTokenMs, totalMs, score, likenessToExpected, costs, ...counts } = totals;
  return {
    ...counts,
    firstTokenMs: firstTokenMs ?? null,
    totalMs: totalMs ?? null,
    score: score ?? null,
    likenessToExpected: likenessToExpected ?? null,
    costs: Object.fromEntries(costs),
  };
}

/** A row as a line of a report for programs: one JSON object. */
export function describeRow({ index, question, candidate, baseline, likeness, winner }: TrialRow) {
  return {
    number: index + 1,
    source: question.name,
    question: question.text,
    expected: question.expected ?? null,
    draft: describeSide(candidate),
    baseline: baseline === undefined ? null : describeSide(baseline),
    likeness: likeness ?? null,
    winner: WINNERS[winner],
  };
}

const WINNERS: Record<Winner, "draft" | "baseline" | "tie" | null> = {
  candidate: "draft",
  baseline: "baseline",
  tie: "tie",
  unknown: null,
};

function describeSide({ answer, judgement, likenessToExpected }: TrialSide) {
  return {
    ...describeAnswer(answer),
    likenessToExpected: likenessToExpected ?? null,
    judgement: judgement ?? null,
  };
}

function describeAnswer({ text, passages, failure, ...rest }: TrialAnswer) {
  const chunks = passages.map(({ documentName, question, text: passage, score }) => ({
    document: documentName,
    question,
    text: passage,
    score,
  }));
  return { answer: text, failure: failure ?? null, ...rest, chunks };
}
