import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";
import { type Filters, queryOf, TRIALS } from "./filters.ts";

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

/** Answers that are still to come. */
const MOVING: readonly Turn["status"][] = ["running", "waiting"];
/** Most conversations of a list that are looked at again. */
const UNDER_WAY_LIMIT = 100;

/** Conversations of the workspace; new ones do not come by themselves, see `useNewer`. */
export function useConversations(filters: Filters) {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["conversation-list", workspaceId, filters],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/conversations", {
          params: {
            query: {
              ...queryOf(filters, workspaceId, Date.now()),
              ...(pageParam !== "" && { cursor: pageParam }),
            },
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

/** Those of the list whose last answer was still to come, by their ids, as they are by now. */
export function useUnderWay(items: readonly FoundConversation[]) {
  const { workspaceId } = useWorkspace();
  const moving = items.filter(({ newest }) => MOVING.some((status) => status === newest?.turn?.status));
  const [latest, earliest] = [moving[0]?.activeAt, moving.at(-1)?.activeAt];
  const channel = moving.some((item) => item.channel === TRIALS) ? TRIALS : undefined;
  return useQuery({
    queryKey: [TOPIC, "under-way", workspaceId, channel, earliest, latest],
    enabled: latest !== undefined && earliest !== undefined,
    queryFn: ({ signal }) => {
      const until = new Date(Date.parse(latest ?? "") + 1).toISOString();
      const span = { since: earliest ?? "", until, limit: UNDER_WAY_LIMIT };
      const query = { workspaceId, ...span, ...(channel !== undefined && { channel }) };
      return answerOf(api.GET("/api/conversations", { params: { query }, signal }));
    },
    select: (page) => new Map(page.items.map((item) => [item.id, item])),
  }).data;
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

/** Exchanges of a page of a transcript; around a turn there are as many on both sides. */
const PAGE_EXCHANGES = 20;

/** Where a page of a transcript begins. */
type Place = { order: "asc" | "desc"; cursor?: string; turnId?: string; limit: number };

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
      // When all is asked for again, this page is asked for in place of the first one, which had both sides.
      const belowOnly = oldest && {
        order: "desc" as const,
        cursor: oldest.id,
        limit: (turnId === undefined ? 1 : 2) * PAGE_EXCHANGES,
      };
      return {
        exchanges: [...(below?.items.toReversed() ?? []), ...(above?.items ?? [])],
        older: above === undefined ? belowOnly : placeOf("desc", above.nextCursor),
        newer: placeOf("asc", below?.nextCursor),
      };
    },
    initialPageParam: {
      order: "desc",
      limit: PAGE_EXCHANGES,
      ...(turnId !== undefined && { turnId }),
    } as Place,
    getNextPageParam: (page) => page.older,
    getPreviousPageParam: (page) => page.newer,
  });
}

function placeOf(order: Place["order"], cursor: string | null | undefined): Place | undefined {
  return cursor === null || cursor === undefined ? undefined : { order, cursor, limit: PAGE_EXCHANGES };
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
