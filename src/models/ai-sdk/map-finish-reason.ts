import type { FinishReason } from "../chat-model.ts";
import type { FinishPart } from "./language-model.ts";

/** Undefined when the provider says that the stream was cut off. */
export function mapFinishReason(reason: FinishPart["finishReason"]): FinishReason | undefined {
  switch (reason.unified) {
    case "stop":
    case "length":
    case "tool-calls":
    case "content-filter":
    case "other":
      return reason.unified;
    case "error":
      return "other";
    case "interrupted":
      return undefined;
  }
}
