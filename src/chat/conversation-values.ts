import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { ActionPayloads } from "../domain/output-action.ts";
import type { Store } from "../storage/store.ts";
import { changeInputs } from "./conversations.ts";

/** One change of one value. */
type Operation = ActionPayloads["update-data"]["operations"][number];

/**
 * Changes values of a conversation as it is now, all or none, and resolves with those that were named as they are then,
 * when that would survive a power cut. Lists are texts with a line for each entry. Rejects with `request_invalid` naming
 * the value that does not fit, with `conversation_not_found` when the conversation is gone.
 */
export async function changeValues(
  store: Store,
  agent: Agent,
  id: ConversationId,
  operations: Operation[],
): Promise<Record<string, string>> {
  const changed = new Map<string, string>();
  await changeInputs(store, agent, id, (inputs) => {
    for (const operation of operations) {
      const { fieldId } = operation;
      changed.set(fieldId, changedValue(changed.get(fieldId) ?? inputs.get(fieldId) ?? "", operation));
    }
    return new Map([...inputs, ...changed]);
  });
  return Object.fromEntries(changed);
}

function changedValue(before: string, { fieldId, updateOperation, value }: Operation): string {
  if (updateOperation === "clear") return "";
  if (updateOperation === "increment") return increased(before, fieldId, value ?? 1);
  if (value === undefined) throw wrong(fieldId, `needs a value to ${updateOperation}`);
  const text = textOf(value);
  switch (updateOperation) {
    case "set":
      return text;
    case "append":
      return before === "" ? text : `${before}\n${text}`;
    case "remove":
      return before
        .split("\n")
        .filter((line) => line !== text)
        .join("\n");
  }
}

function increased(before: string, fieldId: string, value: unknown): string {
  const sum = Number(before) + Number(value);
  if (!Number.isFinite(sum)) throw wrong(fieldId, "is no number");
  // Without the last digits, which decimal fractions do not have in binary.
  return String(Number(sum.toPrecision(15)));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function wrong(fieldId: string, message: string): DomainError {
  return new DomainError("request_invalid", message, { field: `inputs.${fieldId}` });
}
