import { type Command, InvalidArgumentError, Option } from "commander";
import type { Rating } from "../domain/conversation.ts";
import type { Evaluation } from "./eval.ts";
import { EXIT_CODES } from "./failure.ts";
import type { RatedWish } from "./feedback.ts";
import { moment, wholeNumber } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

/** `antiphon feedback …` and `antiphon eval`. */
export function addLearning(program: Command, terminal: Terminal): void {
  addFeedback(program, terminal);
  addEvaluation(program, terminal);
}

function addFeedback(program: Command, terminal: Terminal): void {
  const feedback = program
    .command("feedback")
    .summary("what was thought of answers, to look at and to learn from")
    .description("Rated answers of all families of callers. Works while a server runs on the same data.")
    .addHelpText(
      "after",
      `
Examples:
  antiphon feedback list --agent shop-assistant --rating dislike
  antiphon feedback export --since 7d --out rated.jsonl

What to do with them: docs/feedback.md
${EXIT_CODES}`,
    );
  wishes(feedback.command("list").summary("print rated answers"))
    .option("--limit <count>", "how many", wholeNumber(1, 1_000), 20)
    .action(async (options: RatedWish & { limit: number }) =>
      (await import("./feedback.ts")).listRated(terminal, options),
    );
  wishes(feedback.command("export").summary("write rated answers as JSON, one a line"))
    .option("--out <file>", "a new file (default: standard output)")
    .action(async (options: RatedWish & { out?: string }) =>
      (await import("./feedback.ts")).exportRated(terminal, options),
    );
}

function wishes(command: Command): Command {
  return command
    .option("--agent <agent...>", "only of these: id or slug", [])
    .option("--workspace <name>", "name or id (default: the agents', else the oldest workspace)")
    .option("--rating <list>", "like, dislike, none, separated by commas (default: like,dislike)", ratings)
    .option(
      "--since <when>",
      "rated from then on: 30m, 12h, 2d or a time such as 2026-11-21T08:00:00Z",
      moment,
    )
    .option("--until <when>", "rated before then, likewise", moment);
}

function addEvaluation(program: Command, terminal: Terminal): void {
  program
    .command("eval")
    .summary("try an agent's draft with questions, beside what is live")
    .description(
      "Put questions to an agent's draft and to what it is measured by, with the configured models, and print both\n" +
        "side by side: time, tokens, cost, likeness, and what a judge says. Nothing is stored. Works while a server\n" +
        "runs on the same data, and without one. Ctrl-C prints what there is.",
    )
    .requiredOption("--agent <agent>", "id or slug")
    .option("--questions <file>", "one question a line, or (.jsonl) one object: question, expected, answer")
    .option("--rated <list>", "questions of answers that were rated so: dislike,like", ratings)
    .option("--since <when>", "with --rated: rated from then on, such as 7d", moment)
    .option("--until <when>", "with --rated: rated before then", moment)
    .option("--limit <count>", "at most so many questions", wholeNumber(1, 10_000), 1_000)
    .option("--against <what>", "live, recorded (the answers they got), or the number of a version", "live")
    .option("--judge <model>", "configured model that grades each answer from 1 to 5")
    .option("--out <file>", "write every row as JSON, one a line")
    .option("--concurrency <count>", "questions worked on at once", wholeNumber(1, 32), 2)
    .addOption(
      new Option("--tools <which>", "HTTP tools that are really called; reading: those with GET")
        .choices(["all", "reading", "none"])
        .default("reading"),
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon eval --agent shop-assistant --questions questions.txt
  antiphon eval --agent shop-assistant --rated dislike --against recorded --judge deepseek --out report.jsonl
  antiphon eval --agent shop-assistant --questions rated.jsonl --against 1790000000000
${EXIT_CODES}`,
    )
    .action(async (options: Evaluation) => (await import("./eval.ts")).evaluate(terminal, options));
}

const RATINGS: readonly Rating[] = ["like", "dislike", "none"];

function ratings(text: string): Rating[] {
  return text.split(",").map((word) => {
    const rating = RATINGS.find((candidate) => candidate === word.trim());
    if (rating !== undefined) return rating;
    throw new InvalidArgumentError(`It must be some of ${RATINGS.join(", ")}, separated by commas.`);
  });
}
