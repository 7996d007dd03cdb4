import { Template } from "@huggingface/jinja";

/** Names that the template language sets itself; it refuses to render with a value called so. */
export const TEMPLATE_WORDS: ReadonlySet<string> = new Set([
  "true",
  "True",
  "false",
  "False",
  "none",
  "None",
  "range",
  "namespace",
  "raise_exception",
  "strftime_now",
]);

/** Whether a text can be parsed as a Jinja template. */
export function isTemplate(text: string): boolean {
  try {
    return new Template(text) instanceof Template;
  } catch {
    return false;
  }
}
