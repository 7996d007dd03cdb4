import { z } from "zod";
import { valueName } from "../language/value-name.ts";
import { defineAction } from "../node-parts/define-action.ts";

export const updateDataNode = defineAction({
  type: "update-data",
  summary: "Changes values of the conversation: sets, clears, appends, removes or increments.",
  example: {
    inputs: { operations: [{ fieldId: "visits", updateOperation: "increment", value: 1 }] },
    next: "tell",
  },
  payload: z.strictObject({
    operations: z
      .array(
        z.strictObject({
          fieldId: valueName.describe("Name of the value."),
          fieldName: z.string().min(1).max(100).describe("What people call it.").exactOptional(),
          updateOperation: z.enum(["set", "clear", "append", "remove", "increment"]),
          value: z
            .unknown()
            .describe("Not of `clear`; of `increment` a number, 1 when absent.")
            .exactOptional(),
        }),
      )
      .min(1)
      .max(20),
  }),
  decide: (payload) => ({ type: "update-data", payload }),
});
