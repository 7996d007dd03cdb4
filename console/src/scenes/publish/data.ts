import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type Publication = Answer<"/api/publications", "get">["items"][number];
export type Standing = Publication["channels"][number];
export type Places = Answer<"/api/agents/{agentId}/channels", "get">;
/** A channel that an agent can be published to. */
export type Place = Places["items"][number];
export type HistoryLine = Answer<"/api/agents/{agentId}/history", "get">["items"][number];
export type SubmissionStatus = HistoryLine["to"];

/** What is published, of which version, where to. */
export interface Publishing {
  channels: { channel: string; options?: Record<string, string> }[];
  changelog: string;
  /** Absent: the draft. */
  versionNumber?: number;
}

/** While a verdict may come: the server also says when it has, but a connection can be gone. */
const OPEN_POLL_MS = 3_000;
/** While the servers of channels are asked. */
const ASKING_POLL_MS = 1_000;

export function usePublications() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["submissions", "publications", workspaceId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/publications", {
          params: { query: { workspaceId, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // Agents that are new or gone are told of under another topic.
    staleTime: 0,
  });
}

/** Every channel of an agent; asked more often while something moves. */
export function usePlaces(agentId: string, isPublishing: boolean) {
  return useQuery({
    queryKey: ["submissions", "places", agentId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/agents/{agentId}/channels", { params: { path: { agentId } }, signal })),
    refetchInterval: ({ state }) => {
      if (isPublishing) return ASKING_POLL_MS;
      const isOpen = state.data?.items.some(({ latest }) => latest?.status === "auditing") ?? false;
      return isOpen ? OPEN_POLL_MS : false;
    },
  });
}

export function useHistory(agentId: string, channel: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["submissions", "history", agentId, channel],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/agents/{agentId}/history", {
          params: {
            path: { agentId },
            query: { ...(channel !== undefined && { channel }), ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/** The latest hundred versions: earlier ones are published again from the history. */
export function useVersions(agentId: string) {
  return useQuery({
    queryKey: ["agents", "versions-to-publish", agentId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/agents/{agentId}/versions", {
          params: { path: { agentId }, query: { limit: 100 } },
          signal,
        }),
      ),
  });
}

/** What the person chooses from in a custom channel. */
export function useChannelOptions(channelId: string) {
  return useQuery({
    queryKey: ["channels", "options", channelId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/channels/{channelId}/options", { params: { path: { channelId } }, signal })),
  });
}

function useRefresh() {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["submissions"] }),
      queryClient.invalidateQueries({ queryKey: ["agents"] }),
    ]);
}

/** Resolves when the channels' servers have answered. */
export function usePublish(agentId: string) {
  return useMutation({
    mutationFn: (body: Publishing) =>
      answerOf(api.POST("/api/agents/{agentId}/publish", { params: { path: { agentId } }, body })),
    onSettled: useRefresh(),
  });
}

export function useTakeDown(agentId: string) {
  return useMutation({
    mutationFn: (channel: string) =>
      answerOf(
        api.POST("/api/agents/{agentId}/unpublish", { params: { path: { agentId } }, body: { channel } }),
      ),
    onSettled: useRefresh(),
  });
}
