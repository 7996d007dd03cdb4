import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { answerOf, api, setCsrfToken } from "./client.ts";
import type { paths } from "./schema.d.ts";

/** Who is signed in, and where they belong. `user` is null when nobody is. */
export type Session = paths["/api/session"]["get"]["responses"][200]["content"]["application/json"];
export type Membership = Session["memberships"][number];
export type Role = Membership["role"];

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await answerOf(api.GET("/api/session"));
    setCsrfToken(session.csrfToken ?? undefined);
    return session;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const useSession = () => useQuery(sessionQuery);

const Place = createContext<Membership | undefined>(undefined);
/** Says which workspace the pages below show. */
export const WorkspaceProvider = Place.Provider;

/** The workspace the pages show, and the role of the person in it. Only below the shell. */
export function useWorkspace(): Membership {
  const place = useContext(Place);
  if (place === undefined) throw new Error("there is no workspace outside the shell");
  return place;
}

/** Whether the person may do here what this role may. */
export function useMay(role: Role): boolean {
  return ROLES.indexOf(useWorkspace().role) >= ROLES.indexOf(role);
}

const ROLES: Role[] = ["viewer", "member", "admin", "owner"];
