import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** An agent in a list. */
export type ListedAgent = Answer<"/api/agents", "get">["items"][number];
/** An agent with its draft. */
export type AgentDetail = Answer<"/api/agents/{agentId}", "get">;
export type Settings = AgentDetail["settings"];
export type Version = Answer<"/api/agents/{agentId}/versions", "get">["items"][number];
export type Difference = Answer<"/api/agents/{agentId}/difference", "get">["items"][number];
export type AppKey = Answer<"/api/agents/{agentId}/keys", "get">["items"][number];
/** What a change brings. */
export type AgentChange = NonNullable<
  paths["/api/agents/{agentId}"]["patch"]["requestBody"]
>["content"]["application/json"];

const PAGE = 24;

/** Agents of the workspace, newest first. */
export function useAgents(query: { search?: string; kind?: ListedAgent["kind"] }) {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["agents", "list", workspaceId, query],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/agents", {
          params: {
            query: {
              workspaceId,
              order: "newest",
              limit: PAGE,
              ...(query.search && { search: query.search }),
              ...(query.kind && { kind: query.kind }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (before) => before,
  });
}

export function agentQuery(agentId: string) {
  return queryOptions({
    queryKey: ["agents", "one", agentId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/agents/{agentId}", { params: { path: { agentId } }, signal })),
  });
}

export const useAgent = (agentId: string) => useQuery(agentQuery(agentId));

/** Makes an agent in the workspace. */
export function useCreateAgent() {
  const { workspaceId } = useWorkspace();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { name: string; settings: Partial<Settings> }) =>
      answerOf(api.POST("/api/agents", { body: { ...wanted, workspaceId } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents"] }),
  });
}

export function useDuplicateAgent() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ agentId, name }: { agentId: string; name: string }) =>
      answerOf(
        api.POST("/api/agents/{agentId}/duplicate", { params: { path: { agentId } }, body: { name } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents"] }),
  });
}

export function useDeleteAgent() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (agentId: string) =>
      answerOf(api.DELETE("/api/agents/{agentId}", { params: { path: { agentId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents", "list"] }),
  });
}

/** Resolves with the agent as it is then. Rejects with an `ApiError`; 409 when somebody else was quicker. */
export function changeAgent(agentId: string, body: AgentChange): Promise<AgentDetail> {
  return answerOf(api.PATCH("/api/agents/{agentId}", { params: { path: { agentId } }, body }));
}

export function useVersions(agentId: string) {
  return useInfiniteQuery({
    queryKey: ["agents", "versions", agentId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/agents/{agentId}/versions", {
          params: { path: { agentId }, query: pageParam === "" ? {} : { cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/**
 * Where two versions differ; `draft` names the draft, which is then named by its revision too. What is shown stays until
 * the difference of another revision is known.
 */
export function useDifference(agentId: string, { from, to, revision }: Compared) {
  return useQuery({
    queryKey: ["agents", "difference", agentId, from, to, revision],
    placeholderData: (before: Answer<"/api/agents/{agentId}/difference", "get"> | undefined, query) =>
      query?.queryKey[3] === from && query.queryKey[4] === to ? before : undefined,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/agents/{agentId}/difference", {
          params: { path: { agentId }, query: { from, to } },
          signal,
        }),
      ),
  });
}

export interface Compared {
  from: string;
  to: string;
  revision: number;
}

/** Makes the draft what a version was. */
export function useRestoreVersion(agentId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ number, revision }: { number: number; revision: number }) =>
      answerOf(
        api.POST("/api/agents/{agentId}/versions/{number}/restore", {
          params: { path: { agentId, number: String(number) } },
          body: { revision },
        }),
      ),
    onSuccess: (agent) => {
      queryClient.setQueryData(agentQuery(agentId).queryKey, agent);
      return queryClient.invalidateQueries({ queryKey: ["agents"] });
    },
  });
}

/** Puts a version live again on a channel; channels that ask for a verdict ask again. */
export function usePublishVersion(agentId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ number, channel }: { number: number; channel: string }) =>
      answerOf(
        api.POST("/api/agents/{agentId}/publish", {
          params: { path: { agentId } },
          body: { channels: [{ channel }], versionNumber: number },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents"] }),
  });
}

export function useAppKeys(agentId: string, isAsked: boolean) {
  return useQuery({
    queryKey: ["agents", "keys", agentId],
    enabled: isAsked,
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/agents/{agentId}/keys", { params: { path: { agentId } }, signal })),
  });
}

export function useCreateAppKey(agentId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      answerOf(api.POST("/api/agents/{agentId}/keys", { params: { path: { agentId } }, body: { name } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents", "keys", agentId] }),
  });
}

export function useRevokeAppKey(agentId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) =>
      answerOf(api.DELETE("/api/agents/{agentId}/keys/{keyId}", { params: { path: { agentId, keyId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["agents", "keys", agentId] }),
  });
}

/** The first knowledge bases of the workspace: as many as one chooses from by eye. */
export function useKnowledgeBases() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["knowledge", "bases", workspaceId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/knowledge-bases", { params: { query: { workspaceId, limit: 100 } }, signal })),
  });
}

export function useModels() {
  return useQuery({
    queryKey: ["models", "list"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/models", { signal })),
  });
}

/** Agents with this in their name, to choose one from. */
export function useAgentChoices(search: string, kind?: ListedAgent["kind"]) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["agents", "choices", workspaceId, kind, search],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/agents", {
          params: {
            query: {
              workspaceId,
              limit: 50,
              order: "newest",
              ...(kind && { kind }),
              ...(search && { search }),
            },
          },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
}
