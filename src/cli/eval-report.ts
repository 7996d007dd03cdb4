import { scoreOf, type TrialRow, type TrialSide, type Winner } from "../learning/trial.ts";
import { type SideTotals, totalsOf } from "../learning/trial-report.ts";
import type { ChatModel } from "../models/chat-model.ts";
import { writeTable } from "./table.ts";
import type { Output } from "./terminal.ts";

const QUESTION_CHARACTERS = 24;
const FAILURE_CHARACTERS = 60;
const NOTHING = "–";

const VERDICTS: Record<Winner, string> = {
  candidate: "draft",
  baseline: "baseline",
  tie: "tie",
  unknown: NOTHING,
};

/** A line for each question, both sides beside each other; columns in which nothing stands are left out. */
export function writeRows(out: Output, rows: readonly TrialRow[]): void {
  const heads = ["#", "question", "draft", "baseline", "alike", "expected", "judge", "better"];
  const cells = rows.map(({ index, question, candidate, baseline, likeness, winner }) => [
    String(index + 1),
    clipped(question.text, QUESTION_CHARACTERS),
    sideCell(candidate),
    baseline === undefined ? NOTHING : sideCell(baseline),
    ratio(likeness),
    pair(candidate, baseline, ({ likenessToExpected }) => ratio(likenessToExpected)),
    pair(candidate, baseline, judgeCell),
    VERDICTS[winner],
  ]);
  const isTold = heads.map((_, column) => cells.some((row) => row[column] !== NOTHING));
  const told = (row: string[]) => row.filter((_, column) => isTold[column]);
  writeTable(out, told(heads), cells.map(told), "no question was tried to its end");
}

/** What it comes to. */
export function writeTotals(
  out: Output,
  rows: readonly TrialRow[],
  { baseline: name, judge }: { baseline: string; judge: ChatModel | undefined },
): void {
  const { candidate, baseline, likeness, winners, judge: grading } = totalsOf(rows);
  const line = (head: string, cell: (side: SideTotals) => string) => [head, cell(candidate), cell(baseline)];
  const lines = [
    line("answered", ({ answered }) => String(answered)),
    line("failed", ({ failed }) => String(failed)),
    line("first token, median ms", ({ firstTokenMs }) => whole(firstTokenMs)),
    line("whole answer, median ms", ({ totalMs }) => whole(totalMs)),
    line("tokens in + out", ({ inputTokens, outputTokens }) => `${inputTokens} + ${outputTokens}`),
    line("cost", ({ costs }) => money(costs)),
    line("like the expected answer", ({ likenessToExpected }) => ratio(likenessToExpected)),
    ...(judge === undefined
      ? []
      : [
          line("judged, mean of 1 to 5", ({ score }) => score?.toFixed(2) ?? NOTHING),
          line("judge said nothing usable", ({ unjudged }) => String(unjudged)),
        ]),
    ["better", String(winners.candidate), String(winners.baseline)],
  ];
  writeTable(out, [`questions: ${rows.length}`, "draft", `baseline (${name})`], lines, "");
  out.line();
  out.line(`ties ${winners.tie}, undecided ${winners.unknown}; the answers are alike by ${ratio(likeness)}`);
  if (judge === undefined) return;
  const { inputTokens, outputTokens, costs } = grading;
  out.line(`grading by ${judge.name}: ${inputTokens} + ${outputTokens} tokens, ${money(costs)}`);
}

function sideCell({ answer }: TrialSide): string {
  const { failure, firstTokenMs, totalMs, inputTokens, outputTokens, cost, currency } = answer;
  if (failure !== undefined) return `failed: ${clipped(failure, FAILURE_CHARACTERS)}`;
  const times = totalMs === 0 ? [] : [`${firstTokenMs}/${totalMs} ms`];
  const price = currency === "" ? [] : [`${amount(cost)} ${currency}`];
  return [...times, `${inputTokens}+${outputTokens} tokens`, ...price].join(", ");
}

function judgeCell(side: TrialSide): string {
  if (side.judgement === undefined) return NOTHING;
  return scoreOf(side)?.toString() ?? "?";
}

function pair(
  candidate: TrialSide,
  baseline: TrialSide | undefined,
  cell: (side: TrialSide) => string,
): string {
  const cells = [cell(candidate), baseline === undefined ? NOTHING : cell(baseline)];
  return cells.every((text) => text === NOTHING) ? NOTHING : cells.join(" : ");
}

function ratio(value: number | undefined): string {
  return value?.toFixed(2) ?? NOTHING;
}

function whole(value: number | undefined): string {
  return value === undefined ? NOTHING : String(Math.round(value));
}

function money(costs: ReadonlyMap<string, number>): string {
  const parts = [...costs].map(([currency, cost]) => `${amount(cost)} ${currency}`);
  return parts.length === 0 ? NOTHING : parts.join(", ");
}

function amount(cost: number): string {
  return cost.toFixed(4);
}

function clipped(text: string, length: number): string {
  const characters = [...text.replace(/\s+/g, " ")];
  return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`;
}
