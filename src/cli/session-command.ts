import type { Command } from "commander";
import { EXIT_CODES } from "./failure.ts";
import type { SessionWish } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** `antiphon session …` */
export function addSessions(program: Command, terminal: Terminal): void {
  const session = program
    .command("session")
    .summary("see which conversations are with a person, give one to a person or back to its agent")
    .description(
      "Conversations of all families that are with a person: their messages are kept and not answered.\n" +
        "Works while a server runs on the same data; takes effect at once.",
    )
    .addHelpText(
      "after",
      `
Examples:
  antiphon session list
  antiphon session hold wx-user-17 --agent shop --reason "angry"
  antiphon session release 8123456789012345
${EXIT_CODES}`,
    );
  session
    .command("list")
    .summary("print the conversations that are with a person")
    .option("--workspace <name>", "only of this one: name or id (default: all)")
    .action(async (options: { workspace?: string }) =>
      (await import("./session.ts")).listSessions(terminal, options),
    );
  oneOf(session.command("show").summary("print whose a conversation is and who has it")).action(
    async (name: string, options: Omit<SessionWish, "session">) =>
      (await import("./session.ts")).showSession(terminal, { ...options, session: name }),
  );
  oneOf(session.command("hold").summary("give a conversation to a person"))
    .option("--reason <text>", "why, for people")
    .action(async (name: string, options: Omit<SessionWish, "session"> & { reason?: string }) =>
      (await import("./session.ts")).holdSession(terminal, { ...options, session: name }),
    );
  oneOf(
    session
      .command("release")
      .summary("give a conversation back to its agent, which answers what comes next"),
  ).action(async (name: string, options: Omit<SessionWish, "session">) =>
    (await import("./session.ts")).releaseSession(terminal, { ...options, session: name }),
  );
}

function oneOf(command: Command): Command {
  return command
    .argument("<session>", "a conversation's id, or the session id that callers of Insight chose")
    .option("--agent <agent>", "its agent, by slug or id: needed for ids that callers chose");
}
