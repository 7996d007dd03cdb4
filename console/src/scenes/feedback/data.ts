import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type RatedTurns = paths["/api/rated-turns"]["get"];
export type RatedTurn = RatedTurns["responses"][200]["content"]["application/json"]["items"][number];

/** Which ratings are wanted; what is absent does not matter. */
export interface FeedbackFilter {
  rating?: "like" | "dislike" | "none";
  agentId?: string;
  channel?: string;
  family?: string;
  category?: string;
  hasComment?: "true" | "false";
  rater?: string;
  period?: Period;
}

const DAY_MS = 86_400_000;
export const PERIODS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };
export type Period = keyof typeof PERIODS;

/** What a call asks for. A period counts from now. */
export function queryOf({ period, ...filter }: FeedbackFilter) {
  const since = period === undefined ? undefined : new Date(Date.now() - PERIODS[period]).toISOString();
  return { ...filter, ...(since !== undefined && { since }) };
}

/** Ratings, those of the latest turns first. */
export function useRatedTurns(filter: FeedbackFilter) {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: ["feedback", workspaceId, filter],
    queryFn: ({ pageParam, signal }) => {
      const asked = { workspaceId, ...queryOf(filter), order: "newest" as const };
      const query = { ...asked, ...(pageParam && { cursor: pageParam }) };
      return answerOf(api.GET("/api/rated-turns", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Agents to choose from. */
export function useAgentChoice(search: string) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["agents", "choice", workspaceId, search],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/agents", {
          params: { query: { workspaceId, kind: "chat", limit: 50, ...(search !== "" && { search }) } },
          signal,
        }),
      ),
  });
}

/** Evaluation sets of an agent. */
export function useSetsOf(agentId: string | undefined) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["evaluations", "choice", workspaceId, agentId],
    queryFn: () =>
      answerOf(
        api.GET("/api/evaluation-sets", {
          params: { query: { workspaceId, limit: 100, ...(agentId !== undefined && { agentId }) } },
        }),
      ),
    enabled: agentId !== undefined,
  });
}

/** Adds one turn, or all rated turns of a filter, to a set; makes the set first where there is only a name. */
export function useAddToSet() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ agentId, set, what, expected }: Addition) => {
      const setId = "id" in set ? set.id : await makeSet(agentId, set.name);
      const path = { setId };
      const { added } =
        "turnId" in what
          ? await answerOf(
              api.POST("/api/evaluation-sets/{setId}/cases", {
                params: { path },
                body: { turnId: what.turnId, expected },
              }),
            )
          : await answerOf(
              api.POST("/api/evaluation-sets/{setId}/cases/rated", { params: { path }, body: what.filter }),
            );
      return { setId, added };
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["evaluations"] }),
  });
}

export interface Addition {
  agentId: string;
  set: { id: string } | { name: string };
  what: { turnId: string } | { filter: RatedFilter };
  /** The answer one wants; of one turn. */
  expected: string;
}

type RatedFilter = NonNullable<
  paths["/api/evaluation-sets/{setId}/cases/rated"]["post"]["requestBody"]
>["content"]["application/json"];

async function makeSet(agentId: string, name: string): Promise<string> {
  return (await answerOf(api.POST("/api/evaluation-sets", { body: { name, agentId } }))).id;
}

/** The filter as it stands in a body. */
export function asBody({ agentId: _, ...wanted }: FeedbackFilter): RatedFilter {
  const { hasComment, ...filter } = queryOf(wanted);
  return { ...filter, ...(hasComment !== undefined && { hasComment: hasComment === "true" }) };
}
