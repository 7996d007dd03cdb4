import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type EvaluationSet = Answer<"/api/evaluation-sets/{setId}">;
export type EvaluationCase = Answer<"/api/evaluation-sets/{setId}/cases">["items"][number];
export type Evaluation = Answer<"/api/evaluations/{evaluationId}">;
export type EvaluationRow = Answer<"/api/evaluations/{evaluationId}/rows">["items"][number];

const TOPIC = "evaluations";
/** How often one looks how far an evaluation is, beside being told. */
const PROGRESS_MS = 1_500;

const isRunning = (evaluation: Evaluation | null | undefined) => evaluation?.state === "running";

export function useEvaluationSets() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: [TOPIC, "sets", workspaceId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/evaluation-sets", {
          params: { query: { workspaceId, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ evaluation }) => isRunning(evaluation)))
        ? PROGRESS_MS
        : false,
  });
}

export function useEvaluationSet(setId: string) {
  return useQuery({
    queryKey: [TOPIC, "set", setId],
    queryFn: () => answerOf(api.GET("/api/evaluation-sets/{setId}", { params: { path: { setId } } })),
  });
}

export function useCases(setId: string) {
  return useInfiniteQuery({
    queryKey: [TOPIC, "cases", setId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/evaluation-sets/{setId}/cases", {
          params: { path: { setId }, query: { ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

export function useEvaluations(setId: string) {
  return useInfiniteQuery({
    queryKey: [TOPIC, "of-set", setId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/evaluation-sets/{setId}/evaluations", {
          params: { path: { setId }, query: { ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isRunning)) ? PROGRESS_MS : false,
  });
}

const evaluationQuery = (evaluationId: string) =>
  queryOptions({
    queryKey: [TOPIC, "one", evaluationId],
    queryFn: () =>
      answerOf(api.GET("/api/evaluations/{evaluationId}", { params: { path: { evaluationId } } })),
    refetchInterval: ({ state }) => (isRunning(state.data) ? PROGRESS_MS : false),
  });

export const useEvaluation = (evaluationId: string) => useQuery(evaluationQuery(evaluationId));

/** The rows of the report; asked for again as long as fewer are known than there are. */
export function useRows(evaluationId: string, done: number) {
  return useInfiniteQuery({
    queryKey: [TOPIC, "rows", evaluationId],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/evaluations/{evaluationId}/rows", {
          params: { path: { evaluationId }, query: { ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state: { data } }) => {
      const known = data?.pages.flatMap(({ items }) => items).length ?? done;
      return known < done && data?.pages.at(-1)?.nextCursor === null ? PROGRESS_MS : false;
    },
  });
}

/** Agents that questions can be asked of. */
export function useChatAgents(search: string) {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: ["agents", "choice", workspaceId, search],
    queryFn: () =>
      answerOf(
        api.GET("/api/agents", {
          params: { query: { workspaceId, kind: "chat", limit: 50, ...(search !== "" && { search }) } },
        }),
      ),
  });
}

/** Versions of an agent, newest first. */
export function useVersions(agentId: string) {
  return useQuery({
    queryKey: ["agents", "versions", "choice", agentId],
    queryFn: () =>
      answerOf(
        api.GET("/api/agents/{agentId}/versions", { params: { path: { agentId }, query: { limit: 50 } } }),
      ),
  });
}

/** Names of models that can grade. */
export function useJudges() {
  return useQuery({ queryKey: ["models", "judges"], queryFn: () => answerOf(api.GET("/api/models")) });
}

type Body<Operation extends { requestBody?: unknown }> =
  NonNullable<Operation["requestBody"]> extends {
    content: { "application/json": infer Written };
  }
    ? Written
    : never;
export type EvaluationWish = Body<paths["/api/evaluation-sets/{setId}/evaluations"]["post"]>;
type NewSet = Body<paths["/api/evaluation-sets"]["post"]>;
type CaseChange = Body<paths["/api/evaluation-cases/{caseId}"]["patch"]>;
type NewCase = Body<paths["/api/evaluation-sets/{setId}/cases"]["post"]>;

/** A change, after which everything about evaluations is asked for again. */
function useChange<Input, Result>(mutationFn: (input: Input) => Promise<Result>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => queryClient.invalidateQueries({ queryKey: [TOPIC] }),
  });
}

export const useCreateSet = () =>
  useChange((body: NewSet) => answerOf(api.POST("/api/evaluation-sets", { body })));

export const useRenameSet = (setId: string) =>
  useChange((name: string) =>
    answerOf(api.PATCH("/api/evaluation-sets/{setId}", { params: { path: { setId } }, body: { name } })),
  );

export function useDeleteSet(setId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/evaluation-sets/{setId}", { params: { path: { setId } } })),
    // Not waited for: the page of what was deleted is left first.
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: [TOPIC] }),
  });
}

export const useAddCase = (setId: string) =>
  useChange((body: NewCase) =>
    answerOf(api.POST("/api/evaluation-sets/{setId}/cases", { params: { path: { setId } }, body })),
  );

export const useChangeCase = () =>
  useChange(({ caseId, body }: { caseId: string; body: CaseChange }) =>
    answerOf(api.PATCH("/api/evaluation-cases/{caseId}", { params: { path: { caseId } }, body })),
  );

export const useRemoveCase = () =>
  useChange((caseId: string) =>
    answerOf(api.DELETE("/api/evaluation-cases/{caseId}", { params: { path: { caseId } } })),
  );

export const useStartEvaluation = (setId: string) =>
  useChange((body: EvaluationWish) =>
    answerOf(api.POST("/api/evaluation-sets/{setId}/evaluations", { params: { path: { setId } }, body })),
  );

export const useStopEvaluation = (evaluationId: string) =>
  useChange(() =>
    answerOf(api.POST("/api/evaluations/{evaluationId}/stop", { params: { path: { evaluationId } } })),
  );
