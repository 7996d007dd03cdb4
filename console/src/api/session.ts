import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { send, setCsrfToken } from "./client.ts";

export type Role = "viewer" | "member" | "admin" | "owner";

export interface Membership {
  workspaceId: string;
  workspaceName: string;
  role: Role;
}

/** Who is signed in, and where they belong. */
export interface Session {
  /** Null when nobody is signed in. */
  user: { id: string; name: string; nickname: string } | null;
  memberships: Membership[];
  csrfToken: string | null;
  /** Whether nobody owns this installation yet. */
  needsSetup: boolean;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const response = await send(new Request("/api/session"));
    const session = (await response.json()) as Session;
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
