/** A moment as inputs of the browser write it, in the person's time zone. */
export function localInput(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** What such an input means, as the API wants it. Undefined: nothing yet. */
export function momentOf(input: string): string | undefined {
  const at = new Date(input);
  return input === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
