import type { Store, UserVariableOwner } from "../storage/store.ts";

/** What was set for an end user of an agent on a channel, by key; defaults are the agent's to add. */
export async function readUserVariables(
  store: Pick<Store, "userVariables">,
  of: UserVariableOwner,
): Promise<Record<string, string>> {
  const variables = await store.userVariables.list(of);
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
}
