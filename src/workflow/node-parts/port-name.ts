import { z } from "zod";

/** Name of a port that a node's maker chose. `error` is every node's own. */
export const portName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, no digit first")
  .refine((name) => name !== "error", "`error` is the port of failures");
