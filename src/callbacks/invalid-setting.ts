import { DomainError } from "../domain/errors.ts";

/** The refusal of one setting. */
export function invalid(field: string, message: string): DomainError {
  return new DomainError("request_invalid", message, { field });
}
