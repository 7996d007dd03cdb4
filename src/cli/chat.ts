import { createInterface, type Interface } from "node:readline";
import { readConfig } from "../config/config.ts";
import { ChatClient } from "./chat-client.ts";
import { ChatSession } from "./chat-session.ts";
import { keptDemoKey } from "./demo-key.ts";
import { CommandFailure, reportFailure } from "./failure.ts";
import { serverUrl } from "./server-url.ts";
import type { Terminal } from "./terminal.ts";

export interface ChatOptions {
  url?: string;
  key?: string;
  user: string;
}

/** Talks until the input ends or somebody leaves. The exit code is 1 when anything asked for failed. */
export async function chat(terminal: Terminal, options: ChatOptions): Promise<void> {
  const loaded = readConfig(terminal.environment);
  const key = options.key ?? loaded.secrets.appKey ?? (await keptDemoKey(loaded));
  if (key === undefined) {
    throw new CommandFailure("no app key is known", "Give one with --key or ANTIPHON_APP_KEY");
  }
  const url = (options.url ?? serverUrl(loaded.config)).replace(/\/+$/, "");
  if (!URL.canParse(url))
    throw new CommandFailure(`${url} is no address`, "Write it like http://127.0.0.1:8787");
  const session = new ChatSession(new ChatClient({ url, key, userId: options.user }), terminal);
  await session.open();
  await new Talk(session, terminal).untilItEnds();
}

/** Lines from the input to the session, one after the other, and Ctrl-C. */
class Talk {
  readonly #session: ChatSession;
  readonly #terminal: Terminal;
  readonly #lines: Interface;
  readonly #waiting: string[] = [];
  #isWorking = false;
  #isClosed = false;
  #isStopWanted = false;
  #finish = () => {};

  constructor(session: ChatSession, terminal: Terminal) {
    this.#session = session;
    this.#terminal = terminal;
    const { input, out, isInteractive } = terminal;
    this.#lines = createInterface(
      isInteractive
        ? { input, output: out.stream, terminal: true, prompt: "> " }
        : { input, terminal: false },
    );
  }

  async untilItEnds(): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const ignoreSignals = this.#terminal.onSignal((signal) => this.#interrupt(signal));
    this.#lines.on("SIGINT", () => this.#interrupt("SIGINT"));
    this.#lines.on("line", (line) => this.#take(line));
    this.#lines.on("close", () => {
      this.#isClosed = true;
      this.#finishWhenDone();
    });
    this.#prompt();
    await finished;
    ignoreSignals();
  }

  /** Somebody who types wants to stop or leave now; lines from a file or pipe are all done in order. */
  #take(line: string): void {
    const text = line.trim();
    if (text === "/stop" && this.#session.isAnswering) this.#stop();
    else if (text === "/quit" && this.#terminal.isInteractive) this.#leave();
    else {
      this.#waiting.push(line);
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      this.#isStopWanted = false;
      if (line.trim() === "/quit") this.#leave();
      else await this.#session.enter(line).catch((error: unknown) => this.#report(error));
    }
    this.#isWorking = false;
    this.#prompt();
    this.#finishWhenDone();
  }

  /** The first Ctrl-C stops the answer, the next one leaves; so does the first while nothing runs. */
  #interrupt(signal: "SIGINT" | "SIGTERM"): void {
    if (signal === "SIGINT" && this.#session.isAnswering && !this.#isStopWanted) this.#stop();
    else this.#leave();
  }

  #stop(): void {
    this.#isStopWanted = true;
    this.#session.stop().catch((error: unknown) => this.#report(error));
  }

  #leave(): void {
    this.#waiting.length = 0;
    this.#session.hangUp();
    this.#lines.close();
  }

  #report(error: unknown): void {
    reportFailure(this.#terminal, error);
    if (!this.#terminal.isInteractive) this.#terminal.setExitCode(1);
  }

  #prompt(): void {
    if (this.#terminal.isInteractive && !this.#isClosed) this.#lines.prompt();
  }

  #finishWhenDone(): void {
    if (this.#isClosed && !this.#isWorking && this.#waiting.length === 0) this.#finish();
  }
}
