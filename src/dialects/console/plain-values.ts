import { z } from "zod";

/**
 * Values that look the same in what is asked and in what is answered, so that one schema does for both. Nothing here
 * changes what it reads.
 */

/** Text of so many UTF-16 units. */
export function plainText(most: number, least = 0) {
  return z
    .string({ error: "must be a text" })
    .min(least, { error: least === 1 ? "must not be empty" : `shorter than ${least} characters` })
    .max(most, { error: `longer than ${most} characters` })
    .refine((text) => !text.includes("\u0000") && text.isWellFormed(), {
      error: "contains a character that is none",
    });
}

/** A name that people give. */
export const plainName = plainText(100).refine((name) => name.trim() !== "", { error: "must not be empty" });

/** An id of ours. */
export const plainId = z.string({ error: "must be an id" }).regex(/^[1-9]\d{0,15}$/, {
  error: "must be an id: digits in a string",
});

export function plainNumber(least: number, most: number) {
  const error = `must be ${least} to ${most}`;
  return z.number({ error: "must be a number" }).min(least, { error }).max(most, { error });
}

export function plainInteger(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function plainList<Item extends z.ZodType>(item: Item, most: number) {
  return z.array(item, { error: "must be a list" }).max(most, { error: `more than ${most}` });
}

/** Says of every member of a list that has the name of an earlier one so, at the member's own field. */
export function withoutTwins<Item>(nameOf: (item: Item) => string, field: string) {
  return ({ value, issues }: z.core.ParsePayload<Item[]>) => {
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const name = nameOf(item);
      if (seen.has(name)) {
        const path = field === "" ? [index] : [index, field];
        issues.push({ code: "custom", input: name, path, message: `${name} is there twice` });
      }
      seen.add(name);
    }
  };
}
