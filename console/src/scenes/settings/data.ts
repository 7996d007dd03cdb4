import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Operation> = Operation extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;
type Given<Operation extends { requestBody?: unknown }> =
  NonNullable<Operation["requestBody"]> extends { content: { "application/json": infer Body } }
    ? Body
    : never;
type Item<List> = List extends { items: (infer One)[] } ? One : never;

export type Member = Item<Answer<paths["/api/workspaces/{workspaceId}/members"]["get"]>>;
export type NewMember = Given<paths["/api/workspaces/{workspaceId}/members"]["post"]>;
export type Token = Item<Answer<paths["/api/tokens"]["get"]>>;
export type NewToken = Given<paths["/api/tokens"]["post"]>;
export type OAuthApp = Item<Answer<paths["/api/oauth-apps"]["get"]>>;
export type NewOAuthApp = Given<paths["/api/oauth-apps"]["post"]>;
export type AccessKey = Item<Answer<paths["/api/access-keys"]["get"]>>;
export type AuditEntry = Item<Answer<paths["/api/audit-log"]["get"]>>;
export type Limits = Answer<paths["/api/limits"]["get"]>;
export type NewLimits = Given<paths["/api/limits"]["put"]>;
export type Account = Answer<paths["/api/account"]["get"]>;

const nextPage = ({ nextCursor }: { nextCursor: string | null }) => nextCursor;
const FIRST_PAGE: string | null = null;

/** A cursor as a part of a query; none for the first page. */
function from(cursor: string | null): { cursor?: string } {
  return cursor === null ? {} : { cursor };
}

export function useWorkspaceDetail() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["workspaces", workspaceId],
    queryFn: () => answerOf(api.GET("/api/workspaces/{workspaceId}", { params: { path: { workspaceId } } })),
  });
}

export function useChangeWorkspace() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Given<paths["/api/workspaces/{workspaceId}"]["patch"]>) =>
      answerOf(api.PATCH("/api/workspaces/{workspaceId}", { params: { path: { workspaceId } }, body })),
    onSuccess: (workspace) => {
      queryClient.setQueryData(["workspaces", workspaceId], workspace);
      return queryClient.invalidateQueries({ queryKey: ["session"] });
    },
  });
}

export function useMembers() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["members", workspaceId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/workspaces/{workspaceId}/members", {
          params: { path: { workspaceId }, query: { ...from(pageParam), limit: 50 } },
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

/** Everything that is done to members; the list is asked for again afterwards. */
export function useMemberChanges() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  const onSuccess = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["members"] }),
      queryClient.invalidateQueries({ queryKey: ["session"] }),
    ]);
  const add = useMutation({
    mutationFn: (body: NewMember) =>
      answerOf(
        api.POST("/api/workspaces/{workspaceId}/members", { params: { path: { workspaceId } }, body }),
      ),
    onSuccess,
  });
  const changeRole = useMutation({
    mutationFn: ({ userId, role }: Pick<Member, "userId" | "role">) =>
      answerOf(
        api.PATCH("/api/workspaces/{workspaceId}/members/{userId}", {
          params: { path: { workspaceId, userId } },
          body: { role },
        }),
      ),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (userId: string) =>
      answerOf(
        api.DELETE("/api/workspaces/{workspaceId}/members/{userId}", {
          params: { path: { workspaceId, userId } },
        }),
      ),
    onSuccess,
  });
  return { add, changeRole, remove };
}

export function useTokens() {
  return useInfiniteQuery({
    queryKey: ["tokens", "own"],
    queryFn: ({ pageParam }) =>
      answerOf(api.GET("/api/tokens", { params: { query: { ...from(pageParam), limit: 50 } } })),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

export function useMemberTokens() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["tokens", "members", workspaceId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/member-tokens", { params: { query: { workspaceId, ...from(pageParam), limit: 50 } } }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

export function useTokenChanges() {
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: ["tokens"] });
  const make = useMutation({
    mutationFn: (body: NewToken) => answerOf(api.POST("/api/tokens", { body })),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: (tokenId: string) =>
      answerOf(api.DELETE("/api/tokens/{tokenId}", { params: { path: { tokenId } } })),
    onSuccess,
  });
  return { make, revoke };
}

export function useOAuthApps() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["oauth-apps", workspaceId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/oauth-apps", { params: { query: { workspaceId, ...from(pageParam), limit: 50 } } }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

export function useOAuthAppChanges() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: ["oauth-apps"] });
  const make = useMutation({
    mutationFn: (body: NewOAuthApp) =>
      answerOf(api.POST("/api/oauth-apps", { body: { ...body, workspaceId } })),
    onSuccess,
  });
  const newSecret = useMutation({
    mutationFn: (clientId: string) =>
      answerOf(api.POST("/api/oauth-apps/{clientId}/secret", { params: { path: { clientId } } })),
  });
  const disable = useMutation({
    mutationFn: (clientId: string) =>
      answerOf(api.POST("/api/oauth-apps/{clientId}/disable", { params: { path: { clientId } } })),
    onSuccess,
  });
  return { make, newSecret, disable };
}

/** The access keys of the workspace, all of them in one page. */
export function useAccessKeys() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["access-keys", workspaceId],
    queryFn: () => answerOf(api.GET("/api/access-keys", { params: { query: { workspaceId } } })),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

export function useAccessKeyChanges() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: ["access-keys"] });
  const at = (keyId: string) => ({ params: { path: { keyId } } });
  const make = useMutation({
    mutationFn: (name: string) => answerOf(api.POST("/api/access-keys", { body: { name, workspaceId } })),
    onSuccess,
  });
  const rotate = useMutation({
    mutationFn: (keyId: string) => answerOf(api.POST("/api/access-keys/{keyId}/rotate", at(keyId))),
    onSuccess,
  });
  const disable = useMutation({
    mutationFn: (keyId: string) => answerOf(api.POST("/api/access-keys/{keyId}/disable", at(keyId))),
    onSuccess,
  });
  const enable = useMutation({
    mutationFn: (keyId: string) => answerOf(api.POST("/api/access-keys/{keyId}/enable", at(keyId))),
    onSuccess,
  });
  return { make, rotate, disable, enable };
}

export function useLimits() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["limits", workspaceId],
    queryFn: () => answerOf(api.GET("/api/limits", { params: { query: { workspaceId } } })),
  });
}

export function useSetLimits() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Omit<NewLimits, "workspaceId">) =>
      answerOf(api.PUT("/api/limits", { body: { ...body, workspaceId } })),
    onSuccess: (limits) => queryClient.setQueryData(["limits", workspaceId], limits),
  });
}

export interface AuditFilters {
  userId?: string;
  subject?: string;
  since?: string;
  until?: string;
}

export function useAuditLog(filters: AuditFilters) {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["audit", workspaceId, filters],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/audit-log", {
          params: { query: { workspaceId, ...filters, ...from(pageParam), limit: 50 } },
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
}

export function useAccount() {
  return useQuery({ queryKey: ["account"], queryFn: () => answerOf(api.GET("/api/account")) });
}

export function useAccountChanges() {
  const queryClient = useQueryClient();
  const rename = useMutation({
    mutationFn: (nickname: string) => answerOf(api.PATCH("/api/account", { body: { nickname } })),
    onSuccess: (account) => {
      queryClient.setQueryData(["account"], account);
      return queryClient.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const changePassword = useMutation({
    mutationFn: (body: Given<paths["/api/account/password"]["put"]>) =>
      answerOf(api.PUT("/api/account/password", { body })),
    // The session is another one now, and so is what proves that a page of ours asks.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["session"] }),
  });
  const signOutEverywhere = useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/account/sessions")),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["session"] }),
  });
  return { rename, changePassword, signOutEverywhere };
}

export function useAbout() {
  return useQuery({
    queryKey: ["about"],
    queryFn: () => answerOf(api.GET("/api/about")),
    refetchInterval: 30_000,
  });
}
