import type { VariableDeclaration, VariableKind } from "./variable.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable and what it was set to. */
export interface Setting {
  name: string;
  /** Absent: not set and without a default. Of a secret: what may be shown of it, possibly nothing. */
  value?: string;
  isDefault: boolean;
  secret: boolean;
}

interface About {
  sentence: string;
  unit?: string;
}

/** Hands out values as they are declared, and remembers what was declared, set and wrong. */
export class VariableReader {
  readonly declarations: VariableDeclaration[] = [];
  readonly settings: Setting[] = [];
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A variable with a default. A bad value is remembered as a problem, and the default stands in for it. */
  value<T>(name: string, kind: VariableKind<T>, about: About & { default: string }): T {
    this.declarations.push({ name, accepts: kind.accepts, secret: false, ...about });
    const set = this.#text(name);
    this.settings.push({ name, value: set ?? about.default, isDefault: set === undefined, secret: false });
    const parsed = set === undefined ? undefined : this.#parse(name, kind, set, false);
    return parsed === undefined ? kind.schema.parse(about.default) : parsed;
  }

  /** A variable that may be left out. */
  optional<T>(name: string, kind: VariableKind<T>, about: About): T | undefined {
    this.declarations.push({ name, accepts: kind.accepts, secret: false, ...about });
    const set = this.#text(name);
    const value = set === undefined ? {} : { value: set };
    this.settings.push({ name, ...value, isDefault: set === undefined, secret: false });
    return set === undefined ? undefined : this.#parse(name, kind, set, false);
  }

  /** A variable whose value is shown to nobody; `show` says what may be seen of it. */
  secret<T>(
    name: string,
    kind: VariableKind<T>,
    about: About & { show?: (value: T) => string },
  ): T | undefined {
    const { show, ...rest } = about;
    this.declarations.push({ name, accepts: kind.accepts, secret: true, ...rest });
    const set = this.#text(name);
    const parsed = set === undefined ? undefined : this.#parse(name, kind, set, true);
    const value = parsed === undefined || show === undefined ? {} : { value: show(parsed) };
    this.settings.push({ name, ...value, isDefault: set === undefined, secret: true });
    return parsed;
  }

  isSet(name: string): boolean {
    return this.#text(name) !== undefined;
  }

  #text(name: string): string | undefined {
    const set = this.#environment[name];
    return set === undefined || set.trim() === "" ? undefined : set;
  }

  #parse<T>(name: string, kind: VariableKind<T>, set: string, secret: boolean): T | undefined {
    const result = kind.schema.safeParse(set);
    if (result.success) return result.data;
    const seen = secret || set.includes("@") ? "" : `, not ${JSON.stringify(set)}`;
    this.problems.push(`${name} must be ${article(kind.accepts)}${seen}`);
    return undefined;
  }
}

function article(accepts: string): string {
  if (/^(whole|path)/.test(accepts)) return `a ${accepts}`;
  return /^(address|offset)/.test(accepts) ? `an ${accepts}` : accepts;
}
