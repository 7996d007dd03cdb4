import { ConfigError } from "../config/config.ts";
import { InstallationFileError } from "../config/file.ts";
import { SecretKeyError } from "../config/secrets.ts";
import { DomainError } from "../domain/errors.ts";
import { printable, type Terminal } from "./terminal.ts";

/** The end of every command's help. */
export const EXIT_CODES = "\nExit codes: 0 done, 1 not done; the reason is on standard error.";

/** Why a command cannot do what it was asked, and what to do about it. */
export class CommandFailure extends Error {
  /** A sentence that begins with a verb; empty when the message says it all. */
  readonly advice: string;

  constructor(message: string, advice = "", options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandFailure";
    this.advice = advice;
  }
}

/** Says what went wrong to a person: no stack traces, except with `ANTIPHON_LOG_LEVEL=debug`. */
export function reportFailure({ err, environment }: Terminal, error: unknown): void {
  for (const line of failureLines(error)) err.line(line);
  if (environment["ANTIPHON_LOG_LEVEL"] === "debug" && error instanceof Error) err.line(withCauses(error));
}

/** What an error says and what its causes say: the store's own sentence is short, its engine knows why. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Some connection errors say nothing but their code.
  const own = error.message === "" ? String(Reflect.get(error, "code")) : error.message;
  return error.cause instanceof Error ? `${own}: ${reasonOf(error.cause)}` : own;
}

function failureLines(error: unknown): string[] {
  if (error instanceof ConfigError) {
    return [...error.problems, "Nothing was done. Correct the environment, see docs/configuration.md"];
  }
  if (error instanceof InstallationFileError) {
    return [...error.message.split("\n"), "Nothing of the file was applied"];
  }
  if (error instanceof CommandFailure) return [[error.message, error.advice].filter(Boolean).join(". ")];
  if (error instanceof DomainError || error instanceof SecretKeyError) return [printable(reasonOf(error))];
  const message = error instanceof Error ? error.message : String(error);
  return [`${printable(message)}. Set ANTIPHON_LOG_LEVEL=debug to see where it happened`];
}

function withCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${withCauses(error.cause)}` : own;
}
