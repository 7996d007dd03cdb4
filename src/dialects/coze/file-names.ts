const MAX_CHARACTERS = 255;
const MAX_ENDING_CHARACTERS = 20;
/** Control characters, and those that turn the direction of writing to make an ending look like another. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu;
const NAMELESS = "upload";

/**
 * The name a file is shown by: what the caller wrote without folders and invisible characters, at most 255 characters
 * with the ending kept. It is data, never a path.
 */
export function fileName(written: string): string {
  const last = written.toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const visible = last.replace(INVISIBLE, "").trim();
  if (/^\.*$/.test(visible)) return NAMELESS;
  const characters = [...visible];
  if (characters.length <= MAX_CHARACTERS) return visible;
  const ending = [...(/\.[^.]*$/.exec(visible)?.[0] ?? "")].slice(0, MAX_ENDING_CHARACTERS);
  return [...characters.slice(0, MAX_CHARACTERS - ending.length), ...ending].join("");
}
