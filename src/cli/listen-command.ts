import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES } from "./failure.ts";
import { VERDICTS, type Verdict } from "./listen-answer.ts";
import { wholeNumber } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

interface Words {
  host: string;
  port: number;
  verdict: Verdict;
  reason: string;
  token: string[];
  secret: string[];
  status: number;
  delay: number;
}

/** Adds `antiphon listen`. */
export function addListening(program: Command, terminal: Terminal): void {
  program
    .command("listen")
    .summary("receive callbacks and print them")
    .description(
      "Receive callbacks on this machine: check their signatures, print them, answer them.\n" +
        "Answers the question that is asked before an address is saved. Needs no server and stores nothing.",
    )
    .option("--port <number>", "port to listen on; 0 takes any free one", wholeNumber(0, 65_535), 9_000)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--token <token>", "verify_token of a callback app, to check with; may be repeated", tokens, [])
    .option("--secret <secret>", "whsec_… of an endpoint, to check with; may be repeated", secrets, [])
    .addOption(
      new Option("--verdict <word>", "what a channel's server says of an agent that is published in it")
        .choices(VERDICTS)
        .default("approve"),
    )
    .option("--reason <text>", "why, for --verdict reject", "")
    .option("--status <code>", "HTTP status of the answers", wholeNumber(200, 599), 200)
    .option("--delay <milliseconds>", "wait before every answer", wholeNumber(0, 600_000), 0)
    .addHelpText(
      "after",
      `
Examples:
  antiphon listen --port 9000
  antiphon listen --token XzHka769… --verdict reject --reason "no price list"
  antiphon listen --secret whsec_… --status 503 --delay 2000
${EXIT_CODES}`,
    )
    .action(async ({ token, secret, delay, ...words }: Words) => {
      const { listen } = await import("./listen.ts");
      await listen(terminal, { ...words, tokens: token, secrets: secret, delayMs: delay });
    });
}

function tokens(text: string, earlier: string[]): string[] {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return [...earlier, text];
}

function secrets(text: string, earlier: string[]): string[] {
  if (!/^whsec_\S/.test(text)) throw new InvalidArgumentError("It must begin with whsec_.");
  return [...earlier, text];
}
