import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";

/** A run with what its nodes did. */
export type Run = paths["/api/workflow-runs/{runId}"]["get"]["responses"][200]["content"]["application/json"];
export type RunStep = Run["steps"][number];

/** While it goes on it is asked for again and again: runs have no topic of their own. */
const AGAIN_MS = 1_500;

export function useRun(runId: string) {
  return useQuery({
    queryKey: ["workflow-runs", runId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/workflow-runs/{runId}", { params: { path: { runId } }, signal })),
    refetchInterval: ({ state }) => (isOpen(state.data?.status) ? AGAIN_MS : false),
    enabled: runId !== "",
  });
}

function isOpen(status: string | undefined): boolean {
  return status === "running" || status === "waiting";
}
