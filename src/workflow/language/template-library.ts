import * as jinja from "@huggingface/jinja";

/** A part of a parsed template. What else it has depends on its type. */
export interface Statement {
  readonly type: string;
}

export interface Program extends Statement {
  readonly body: readonly Statement[];
}

/** What a part came to, as the library holds it. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

export interface TemplateEnvironment {
  readonly variables: ReadonlyMap<string, TemplateValue>;
  /** Rejects names that are there. */
  set(name: string, value: unknown): TemplateValue;
}

export interface TemplateInterpreter {
  run(program: Program): TemplateValue;
  evaluate(statement: Statement | undefined, environment: TemplateEnvironment): TemplateValue;
}

/** The library in our words: its own types do not reach programs that are modules. */
interface Library {
  parse(tokens: unknown): Program;
  tokenize(text: string, options: { lstrip_blocks: boolean; trim_blocks: boolean }): unknown;
  Environment: new () => TemplateEnvironment;
  Interpreter: new (environment: TemplateEnvironment) => TemplateInterpreter;
}

const library: Library = jinja;

export const { Environment, Interpreter } = library;

/** Throws what the library throws. */
export function parseProgram(text: string): Program {
  return library.parse(library.tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
}
