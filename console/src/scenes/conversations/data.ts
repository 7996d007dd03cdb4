import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";
import { type Filters, queryOf } from "./filters.ts";

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type ConversationPage = Answer<"/api/conversations", "get">;
export type FoundConversation = ConversationPage["items"][number];
export type Conversation = Answer<"/api/conversations/{conversationId}", "get">;
export type Exchange = Answer<"/api/conversations/{conversationId}/exchanges", "get">["items"][number];
export type Turn = Exchange["answers"][number];
export type Example = Answer<"/api/exchanges/{exchangeId}/examples", "get">["items"][number];

/** Topic of what the server says when something changes in conversations. */
const TOPIC = "conversations";

/** Conversations of the workspace; new ones do not come by themselves, see `useNewer`. */
export function useConversations(filters: Filters) {
  const { workspaceId } = useWorkspace();
  const [now] = useState(Date.now);
  return useInfiniteQuery({
    queryKey: ["conversation-list", workspaceId, filters],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/conversations", {
          params: {
            query: { ...queryOf(filters, workspaceId, now), ...(pageParam !== "" && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** How many conversations had something new since this moment; asked again whenever something changes. */
export function useNewer(filters: Filters, since: string | undefined) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: [TOPIC, "newer", workspaceId, filters, since],
    enabled: since !== undefined,
    queryFn: async ({ signal }) => {
      const query = { ...queryOf(filters, workspaceId, Date.now()), ...(since !== undefined && { since }) };
      return answerOf(api.GET("/api/conversations", { params: { query }, signal }));
    },
    select: ({ items, nextCursor }) => ({ count: items.length, isMore: nextCursor !== null }),
  });
}

/** Agents to choose one from. */
export function useAgentNames(search: string) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["agents", "conversation-filter", workspaceId, search],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/agents", {
          params: { query: { workspaceId, limit: 50, ...(search !== "" && { search }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useConversation(conversationId: string) {
  return useQuery({
    queryKey: [TOPIC, "one", conversationId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/conversations/{conversationId}", { params: { path: { conversationId } }, signal }),
      ),
  });
}

/** Where a page of a transcript begins. */
type Place = { order: "asc" | "desc"; cursor?: string; turnId?: string };

/** A page, newest first, and where the pages before and after it begin. */
interface TranscriptPage {
  exchanges: Exchange[];
  older: Place | undefined;
  newer: Place | undefined;
}

/** What was said, from the newest on back, or around the exchange of `turnId` and on in both directions. */
export function useTranscript(conversationId: string, turnId: string | undefined) {
  return useInfiniteQuery({
    queryKey: [TOPIC, "exchanges", conversationId, turnId ?? ""],
    queryFn: async ({ pageParam, signal }): Promise<TranscriptPage> => {
      const read = (query: Place) =>
        answerOf(
          api.GET("/api/conversations/{conversationId}/exchanges", {
            params: { path: { conversationId }, query },
            signal,
          }),
        );
      const { turnId: around, order } = pageParam;
      const above = order === "asc" ? undefined : await read(pageParam);
      const below =
        order === "desc" && around === undefined ? undefined : await read({ ...pageParam, order: "asc" });
      const [oldest] = below?.items ?? [];
      const belowOnly = oldest && { order: "desc" as const, cursor: oldest.id };
      return {
        exchanges: [...(below?.items.toReversed() ?? []), ...(above?.items ?? [])],
        older: above === undefined ? belowOnly : placeOf("desc", above.nextCursor),
        newer: placeOf("asc", below?.nextCursor),
      };
    },
    initialPageParam: { order: "desc", ...(turnId !== undefined && { turnId }) } as Place,
    getNextPageParam: (page) => page.older,
    getPreviousPageParam: (page) => page.newer,
  });
}

function placeOf(order: Place["order"], cursor: string | null | undefined): Place | undefined {
  return cursor === null || cursor === undefined ? undefined : { order, cursor };
}

/** Oldest first, each once: pages that begin where another ends share an exchange. */
export function exchangesOf(pages: readonly TranscriptPage[]): Exchange[] {
  const byId = new Map(pages.flatMap(({ exchanges }) => exchanges).map((one) => [one.id, one]));
  return [...byId.values()].sort((one, other) => Number(one.id) - Number(other.id));
}

export function useExamples(exchangeId: string) {
  return useQuery({
    queryKey: ["examples", exchangeId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/exchanges/{exchangeId}/examples", { params: { path: { exchangeId } }, signal })),
  });
}

/** Gives the conversation to a person, or back to its agent. */
export function useHandover(conversationId: string) {
  const queryClient = useQueryClient();
  const params = { path: { conversationId } };
  return useMutation({
    mutationFn: (isHeld: boolean) =>
      isHeld
        ? answerOf(api.POST("/api/conversations/{conversationId}/hold", { params, body: {} }))
        : answerOf(api.POST("/api/conversations/{conversationId}/release", { params })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [TOPIC] }),
  });
}

export function useDeleteConversation(conversationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answerOf(api.DELETE("/api/conversations/{conversationId}", { params: { path: { conversationId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["conversation-list"] }),
  });
}
