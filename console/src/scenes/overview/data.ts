import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";
import { type Period, stretchOf, TIME_ZONE } from "./period.ts";

export const GROUPS = ["agent", "channel", "family", "model"] as const;
export type Group = (typeof GROUPS)[number];

/** What the numbers are of: each part is named by its key, and told to people by its name. */
export type Filter = Partial<Record<Group, { key: string; name: string }>>;

export type Statistics = paths["/api/statistics"]["get"]["responses"][200]["content"]["application/json"];
export type Totals = Statistics["totals"];
export type RunningTurn =
  paths["/api/running-turns"]["get"]["responses"][200]["content"]["application/json"]["items"][number];

/** How often numbers are asked for again: turns that end every second would have the server count all day. */
const REFRESH_MS = 8_000;

export interface Question {
  period: Period;
  group: Group;
  filter: Filter;
}

/** The query of `GET /api/statistics` that answers the question now. */
export function statisticsQuery({ period, group, filter }: Question, workspaceId: string, now: Date) {
  const { agent, channel, family, model } = filter;
  return {
    workspaceId,
    ...stretchOf(period, now),
    timeZone: TIME_ZONE,
    groupBy: group,
    ...(agent !== undefined && { agentId: agent.key }),
    ...(channel !== undefined && { channel: channel.key }),
    ...(family !== undefined && { family: family.key }),
    ...(model !== undefined && { model: model.key }),
  };
}

/** The numbers with the question that they answer: until a new one is answered they are those of the one before. */
export function useStatistics(question: Question) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["statistics", workspaceId, question],
    queryFn: async ({ signal }) => {
      const query = statisticsQuery(question, workspaceId, new Date());
      const statistics = await answerOf(api.GET("/api/statistics", { params: { query }, signal }));
      return { statistics, answered: question };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export function useRunningTurns() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["turns", "running", workspaceId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/running-turns", { params: { query: { workspaceId, limit: 50 } }, signal })),
  });
}

export function useStopTurn() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (turnId: string) =>
      answerOf(api.POST("/api/turns/{turnId}/stop", { params: { path: { turnId } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["turns"] }),
  });
}

/** Whether there is an agent yet. */
export function useHasAgent() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["agents", "any", workspaceId],
    queryFn: async ({ signal }) => {
      const page = await answerOf(
        api.GET("/api/agents", { params: { query: { workspaceId, limit: 1 } }, signal }),
      );
      return page.items.length > 0;
    },
  });
}
