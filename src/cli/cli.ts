import { Command, CommanderError } from "commander";
import { programVersion } from "../config/version.ts";
import { addAccess } from "./access-commands.ts";
import { addCallbacks } from "./callbacks-command.ts";
import { EXIT_CODES, reportFailure } from "./failure.ts";
import { addLearning } from "./learning-commands.ts";
import { addListening } from "./listen-command.ts";
import { addPublishing } from "./publish-commands.ts";
import { addSessions } from "./session-command.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { addWorkflows } from "./workflow-command.ts";

/**
 * Runs the command that `argv` (as in `process.argv`) names. Resolves when it is done, for `serve` when the server
 * has stopped; never rejects: failures are said on standard error and in the exit code.
 */
export async function runCli(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<void> {
  try {
    await commands(terminal).parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      terminal.setExitCode(error.exitCode === 0 ? 0 : 1);
      return;
    }
    reportFailure(terminal, error);
    terminal.setExitCode(1);
  }
}

function commands(terminal: Terminal): Command {
  const program = new Command("antiphon")
    .description(
      "A self-hosted AI-agent backend that answers (chat) and calls back (signed events).\n" +
        "Settings come from ANTIPHON_* environment variables and antiphon.yaml; see docs/configuration.md.",
    )
    .version(programVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addServing(program, terminal);
  addChat(program, terminal);
  addAccess(program, terminal);
  addPublishing(program, terminal);
  addCallbacks(program, terminal);
  addSessions(program, terminal);
  addListening(program, terminal);
  addLearning(program, terminal);
  addWorkflows(program, terminal);
  addKeeping(program, terminal);
  addLooking(program, terminal);
  return program;
}

function addServing(program: Command, terminal: Terminal): void {
  program
    .command("serve")
    .summary("run the server")
    .description(
      "Run the server until it is told to stop (Ctrl-C, SIGTERM).\n" +
        "Applies antiphon.yaml first; without one there is a demo agent that quotes its own manual.\n" +
        "Running answers may finish within ANTIPHON_DRAIN_SECONDS; a second signal ends at once.",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon serve
  ANTIPHON_PORT=9000 ANTIPHON_DATA=/var/lib/antiphon antiphon serve
  ANTIPHON_MODEL_BASE_URL=http://127.0.0.1:11434/v1 ANTIPHON_MODEL_NAME=qwen3:8b antiphon serve
${EXIT_CODES}`,
    )
    .action(async () => (await import("./serve.ts")).serve(terminal));
  program
    .command("apply")
    .summary("make the store contain what a file says")
    .description(
      "Make the store contain what a file says: models, agents, knowledge, app keys.\n" +
        "Applying twice changes nothing; what the file does not name is left alone.\n" +
        "With the embedded database the server must not be running: it applies its file at every start.",
    )
    .argument("<file>", "path of an antiphon.yaml")
    .option("--check", "only check the file; the store is not touched")
    .addHelpText(
      "after",
      `
Examples:
  antiphon apply antiphon.yaml
  antiphon apply --check antiphon.yaml
${EXIT_CODES}`,
    )
    .action(async (file: string, options: { check?: boolean }) =>
      (await import("./apply.ts")).apply(terminal, file, { isCheckOnly: options.check === true }),
    );
}

function addChat(program: Command, terminal: Terminal): void {
  program
    .command("chat")
    .summary("talk to an agent of a running server")
    .description(
      "Talk to an agent of a running server. One question per line; /help shows what else can be written.\n" +
        "Answers go to standard output, everything beside them to standard error.",
    )
    .option(
      "--url <address>",
      "address of the server (default: the one ANTIPHON_HOST and ANTIPHON_PORT name)",
    )
    .option("--key <key>", "app key of the agent (default: ANTIPHON_APP_KEY, else the demo agent's)")
    .option("--user <id>", "end user to talk as", "terminal")
    .addHelpText(
      "after",
      `
Examples:
  antiphon chat
  antiphon chat --url http://192.168.1.5:8787 --key d5k2m8s7q1v3c9n4b6t0 --user ann
  echo 怎么退货？ | antiphon chat > answer.txt
${EXIT_CODES}`,
    )
    .action(async (options: { url?: string; key?: string; user: string }) =>
      (await import("./chat.ts")).chat(terminal, options),
    );
}

function addKeeping(program: Command, terminal: Terminal): void {
  program
    .command("backup")
    .summary("write everything that is stored into one file")
    .description(
      "Write everything that is stored into one file, while the server runs. Never overwrites a file.",
    )
    .argument("<file>", "path of the backup to make")
    .addHelpText(
      "after",
      `
Examples:
  antiphon backup /mnt/backups/antiphon-$(date +%F).backup

The secret key is not in the backup: keep secret.key of the data directory (or ANTIPHON_SECRET_KEY) as well.
${EXIT_CODES}`,
    )
    .action(async (file: string) => (await import("./backup.ts")).backup(terminal, file));
  program
    .command("restore")
    .summary("bring a backup back")
    .description(
      "Fill an empty store from a backup, whichever engine it was made with. The server must not be running.",
    )
    .argument("<file>", "path of a backup")
    .option(
      "--replace",
      "set aside an embedded database that is there, under another name, instead of refusing",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon restore /mnt/backups/antiphon-2026-01-31.backup
  ANTIPHON_DATA=/var/lib/antiphon-new antiphon restore antiphon.backup
${EXIT_CODES}`,
    )
    .action(async (file: string, options: { replace?: boolean }) =>
      (await import("./backup.ts")).restore(terminal, file, { isReplacing: options.replace === true }),
    );
}

function addLooking(program: Command, terminal: Terminal): void {
  program
    .command("doctor")
    .summary("check whether a server could start here and work")
    .description(
      "Check whether a server could start here and work: Node, configuration, data directory, store,\n" +
        "models, port, clock. One line per check; changes nothing.",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon doctor
  ANTIPHON_DATABASE_URL=postgres://… antiphon doctor

Exit codes: 0 nothing fails (there may be warnings), 1 something fails.`,
    )
    .action(async () => (await import("./doctor.ts")).doctor(terminal));
  program
    .command("config")
    .summary("print the settings in effect, without secrets")
    .description("Print the settings in effect: each variable, and what antiphon.yaml contains. No secrets.")
    .addHelpText(
      "after",
      `
Examples:
  antiphon config
  ANTIPHON_CONFIG=./other.yaml antiphon config
${EXIT_CODES}`,
    )
    .action(async () => (await import("./config.ts")).printConfig(terminal));
}
