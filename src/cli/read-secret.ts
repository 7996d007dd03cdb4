import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CommandFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The first line of standard input. Somebody who types is asked, and what is typed is not shown. Rejects with a
 * `CommandFailure` when there is none.
 */
export async function readSecret(
  { input, isInteractive, err, onSignal, leave }: Terminal,
  question: string,
): Promise<string> {
  if (isInteractive) err.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: isInteractive });
  lines.on("SIGINT", () => leave(130));
  const stopListening = onSignal(() => leave(130));
  try {
    for await (const line of lines) {
      if (line !== "") return line;
      break;
    }
  } finally {
    lines.close();
    stopListening();
    if (isInteractive) err.line();
  }
  throw new CommandFailure("no password was given", "Write it to standard input");
}
