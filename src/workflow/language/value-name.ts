import { z } from "zod";

/** Name of a value that is kept for a conversation, a user or a run. */
export const valueName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, beginning with a letter");

/** Whose values are meant. */
export const valueScope = z
  .enum(["conversation", "user", "run"])
  .describe("Whose value: the conversation's, its user's, or this run's alone.");
