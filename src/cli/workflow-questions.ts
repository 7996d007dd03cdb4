import { createInterface, type Interface } from "node:readline";
import type { Interrupt } from "../domain/workflow-run.ts";
import { printable, type Terminal } from "./terminal.ts";

/** Asks the person at the terminal what a run waits for. */
export class WorkflowQuestions {
  readonly #terminal: Terminal;
  #lines: Interface | undefined;
  readonly #typed: string[] = [];
  #isClosed = false;
  #wake = () => {};

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** What was answered: text, or an object of texts by name. Undefined: nobody answers any more. */
  async ask(interrupt: Interrupt): Promise<unknown> {
    const { err } = this.#terminal;
    const { title, text, options, kind, call } = interrupt;
    err.line(`? ${printable(text === "" ? title : text)}`);
    for (const option of options) err.line(`  - ${printable(option)}`);
    if (kind === "tool") err.line(`  ${printable(`${call?.name ?? ""} ${call?.arguments ?? ""}`)}`);
    if (kind === "outcome") err.line("  answer done, repeat or fail");
    return kind === "input" ? this.#members(interrupt) : this.#line("> ");
  }

  close(): void {
    this.#lines?.close();
  }

  async #members({ schema }: Interrupt): Promise<unknown> {
    const properties = schema?.["properties"];
    if (typeof properties !== "object" || properties === null) return this.#line("> ");
    const members: Record<string, string> = {};
    for (const name of Object.keys(properties)) {
      const value = await this.#line(`${name}: `);
      if (value === undefined) return undefined;
      if (value !== "") members[name] = value;
    }
    return members;
  }

  /** The next line that is typed; undefined when there will be none. */
  async #line(prompt: string): Promise<string | undefined> {
    this.#terminal.err.write(prompt);
    this.#listen();
    for (;;) {
      const line = this.#typed.shift();
      // Nothing ends the line of the prompt where nobody types, or the input ends.
      const isEnded = line !== undefined || this.#isClosed;
      if (isEnded && (line === undefined || !this.#terminal.isInteractive)) this.#terminal.err.line();
      if (isEnded) return line;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #listen(): void {
    if (this.#lines !== undefined) return;
    this.#lines = createInterface({ input: this.#terminal.input, terminal: false });
    this.#lines.on("line", (line) => {
      this.#typed.push(line);
      this.#wake();
    });
    this.#lines.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
  }
}
