import type { Job, Outcome } from "../client/jobs.ts";
import { type Child, startChild } from "./child.ts";
import type { Cleanup } from "./cleanup.ts";

/** The load generator in its own process. One job at a time. */
export class LoadClient {
  readonly #child: Child;

  static async start(cleanup: Cleanup): Promise<LoadClient> {
    const { child } = await startChild(cleanup, "load-client.ts");
    return new LoadClient(child);
  }

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Opens connections, conversations and sockets; nothing of it counts. */
  async prepare(job: Job): Promise<void> {
    await this.#ask({ step: "prepare", job });
  }

  async run(): Promise<Outcome> {
    return (await this.#ask({ step: "run" })) as Outcome;
  }

  /** Closes the connections of the job. */
  async close(): Promise<void> {
    await this.#ask({ step: "close" });
  }

  #ask(message: unknown): Promise<unknown> {
    return askForResult(this.#child, message);
  }
}

/** Sends a message to a process that answers with `serveParent`. Rejects with its error. */
export async function askForResult(child: Child, message: unknown): Promise<unknown> {
  const answer = (await child.ask(message)) as { result?: unknown; error?: string };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.result;
}
