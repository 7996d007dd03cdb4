import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";

type Json<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type Settings = Json<"/api/agents/{agentId}">["settings"];
export type Exchange = Json<"/api/draft-conversations/{conversationId}/exchanges">["items"][number];
export type Answer = Exchange["answers"][number];
export type Feedback = Answer["feedback"];

/** The agent with its draft; the same question as the editor's. */
export function useDraft(agentId: string) {
  return useQuery({
    queryKey: ["agents", "one", agentId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/agents/{agentId}", { params: { path: { agentId } }, signal })),
  });
}

/** The person's newest conversation with the draft; null when there is none. */
export function useNewestConversation(agentId: string, isWanted: boolean) {
  return useQuery({
    queryKey: ["draft-conversations", "newest", agentId],
    queryFn: async ({ signal }) => {
      const page = await answerOf(
        api.GET("/api/agents/{agentId}/draft-conversations", {
          params: { path: { agentId }, query: { limit: 1 } },
          signal,
        }),
      );
      return page.items[0] ?? null;
    },
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The values that it holds. */
export function useConversation(conversationId: string | undefined) {
  return useQuery({
    queryKey: ["draft-conversations", conversationId, "values"],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/draft-conversations/{conversationId}", {
          params: { path: { conversationId: conversationId ?? "" } },
          signal,
        }),
      ),
    enabled: conversationId !== undefined,
  });
}

/** What was said, newest first, a page at a time. */
export function useExchanges(conversationId: string | undefined) {
  return useInfiniteQuery({
    queryKey: exchangesKey(conversationId),
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/draft-conversations/{conversationId}/exchanges", {
          params: {
            path: { conversationId: conversationId ?? "" },
            query: pageParam === "" ? {} : { cursor: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: conversationId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function exchangesKey(conversationId: string | undefined) {
  return ["draft-conversations", conversationId, "exchanges"];
}

/** Keeps what the person thinks of an answer. */
export function useRate(conversationId: string | undefined) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ turnId, ...body }: Feedback & { turnId: string }) =>
      answerOf(api.PUT("/api/turns/{turnId}/feedback", { params: { path: { turnId } }, body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: exchangesKey(conversationId) }),
  });
}

/** Makes an answer the one that the agent remembers; one after the other, so that the last one stays. */
export function useChoose(conversationId: string | undefined) {
  const queryClient = useQueryClient();
  return useMutation({
    scope: { id: "choose" },
    mutationFn: (turnId: string) =>
      answerOf(api.POST("/api/turns/{turnId}/choose", { params: { path: { turnId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: exchangesKey(conversationId) }),
  });
}
