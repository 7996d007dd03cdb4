import { z } from "zod";
import { isWebAddress, WEB_ADDRESS } from "./variable.ts";

/** Names that other parts of the file refer to. */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "must be 1 to 64 small letters, digits, - or _, beginning with a letter or digit",
  )
  .describe("Stable name inside this file: small letters, digits, - and _.");

/** A name shown to people. */
export const title = z.string().trim().min(1).max(100);

export const webAddress = z.string().refine(isWebAddress, `must be an ${WEB_ADDRESS}`);
/** A share or score. */
export const unit = z.number().min(0).max(1);

/** What a model is asked with, and may be told anew by an agent. */
export const modelParameters = z.strictObject({
  temperature: z.number().min(0).max(2).exactOptional(),
  topP: unit.exactOptional(),
  topK: z.int().min(1).max(1_000_000).exactOptional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).exactOptional(),
  presencePenalty: z.number().min(-2).max(2).exactOptional(),
  frequencyPenalty: z.number().min(-2).max(2).exactOptional(),
  responseFormat: z
    .enum(["text", "markdown", "json"])
    .exactOptional()
    .describe("json: the model is made to answer with JSON, where its provider can do that."),
});

/** One line each, so that a value can never add a header. */
export const httpHeaders = z.record(
  z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "is no header name"),
  z.string().regex(/^[^\r\n\0]{0,8000}$/, "must be one line of at most 8000 characters"),
);
