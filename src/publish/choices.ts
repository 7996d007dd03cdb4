import { z } from "zod";
import type { Channel } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";

/** What publishers send of one option: the values they chose, as JSON. Source: spec page of the callbacks §4.1 #11. */
const chosenValues = z.union([z.array(z.string()), z.string()]);

/**
 * Throws `request_invalid`, naming the option, when something was chosen that the channel does not offer to the user,
 * or when the channel wants to know the publisher's account and none is linked.
 */
export async function checkChoices(
  { channels }: Pick<Repositories, "channels">,
  { id, name, authorization }: Channel,
  { options, userId }: { options: Record<string, string>; userId: UserId | undefined },
): Promise<void> {
  if (authorization.mode === "oauth" && userId !== undefined) {
    if ((await channels.findAccount(id, userId)) === undefined) {
      throw new DomainError("request_invalid", `link your account in the channel ${name} first`, {
        field: "channels",
      });
    }
  }
  if (Object.keys(options).length === 0) return;
  const offered = await channels.options(id, userId ?? NOBODY);
  for (const [key, text] of Object.entries(options)) {
    const field = `options.${key}`;
    const values = offered.find((option) => option.key === key)?.values;
    if (values === undefined) {
      throw new DomainError("request_invalid", `the channel ${name} has no such option`, { field });
    }
    const strange = valuesOf(text).find((value) => !values.some((offer) => offer.value === value));
    if (strange === undefined) continue;
    throw new DomainError("request_invalid", `the channel ${name} does not offer ${strange}`, { field });
  }
}

/** No user has this id: only everybody's options are found. */
const NOBODY = 0 as UserId;

function valuesOf(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [text];
  }
  const chosen = chosenValues.safeParse(json);
  if (!chosen.success) return [text];
  return typeof chosen.data === "string" ? [chosen.data] : chosen.data;
}
