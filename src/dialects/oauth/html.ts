/** Text that is HTML already. Made only by `html`, so that nothing else gets past the escaping. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | undefined | Part[];

/**
 * HTML from a template: every value is escaped, for text and for attributes in double quotes; `Markup` stays as it is,
 * lists are joined, `undefined` is nothing.
 */
export function html(pieces: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(String.raw({ raw: pieces }, ...values.map(render)));
}

/** Style rules of our own writing; they hold no values. */
export function stylesheet(rules: string): Markup {
  return new Markup(`<style>${rules}</style>`);
}

function render(value: Part): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
