import { createContext, useContext } from "react";
import type { Draft } from "./use-draft.ts";

const Place = createContext<Draft | undefined>(undefined);
/** Says which draft the forms below edit. */
export const DraftProvider = Place.Provider;

/** The draft that is edited. Only below its provider. */
export function useEditedDraft(): Draft {
  const draft = useContext(Place);
  if (draft === undefined) throw new Error("there is no draft outside an agent's page");
  return draft;
}
