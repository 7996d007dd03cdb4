import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type Endpoint = Answer<"/api/endpoints", "get">["items"][number];
export type EventType = Answer<"/api/event-types", "get">["items"][number];
export type Replay = Answer<"/api/replays/{replayId}", "get">;
export type EndpointSettings = NonNullable<
  paths["/api/endpoints/{endpointId}"]["patch"]["requestBody"]
>["content"]["application/json"];
export type NewReplay =
  paths["/api/endpoints/{endpointId}/replays"]["post"]["requestBody"]["content"]["application/json"];

const TOPIC = "endpoints";
/** What waits changes with every delivery, which says nothing of the endpoint itself. */
const COUNTS_POLL_MS = 3_000;
/** Most endpoints that are offered to choose from. */
const CHOICES = 100;

export function useEndpoints() {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: [TOPIC, "list", workspaceId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/endpoints", {
          params: { query: { workspaceId, kind: "workspace", ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: COUNTS_POLL_MS,
  });
}

/** Endpoints to choose from, and to call deliveries by. */
export function useEndpointChoices() {
  const { workspaceId } = useWorkspace();
  return useQuery({
    queryKey: [TOPIC, "choices", workspaceId],
    queryFn: async ({ signal }) => {
      const query = { workspaceId, kind: "workspace" as const, limit: CHOICES };
      return (await answerOf(api.GET("/api/endpoints", { params: { query }, signal }))).items;
    },
  });
}

export function useEndpoint(endpointId: string) {
  return useQuery({
    queryKey: [TOPIC, "one", endpointId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/endpoints/{endpointId}", { params: { path: { endpointId } }, signal })),
    refetchInterval: COUNTS_POLL_MS,
  });
}

/** What there is to subscribe to. */
export function useEventTypes() {
  return useQuery({
    queryKey: ["event-types"],
    queryFn: async ({ signal }) => (await answerOf(api.GET("/api/event-types", { signal }))).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function useChanged() {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([TOPIC, "deliveries"].map((topic) => queryClient.invalidateQueries({ queryKey: [topic] })));
}

export function useCreateEndpoint() {
  const { workspaceId } = useWorkspace();
  return useMutation({
    mutationFn: (wanted: { kind: "standard" | "insight"; name: string } & EndpointSettings) => {
      const { timeoutMs, maxInFlight, ratePerSecond, retryDelaysMs, clientCertificate, ...settings } = wanted;
      return answerOf(
        api.POST("/api/endpoints", {
          body: {
            ...settings,
            workspaceId,
            ...(timeoutMs != null && { timeoutMs }),
            ...(maxInFlight != null && { maxInFlight }),
            ...(ratePerSecond != null && { ratePerSecond }),
            ...(retryDelaysMs != null && { retryDelaysMs }),
          },
        }),
      );
    },
    onSettled: useChanged(),
  });
}

export function useUpdateEndpoint(endpointId: string) {
  return useMutation({
    mutationFn: (body: EndpointSettings) =>
      answerOf(api.PATCH("/api/endpoints/{endpointId}", { params: { path: { endpointId } }, body })),
    onSettled: useChanged(),
  });
}

export function useDeleteEndpoint(endpointId: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: () =>
      answerOf(api.DELETE("/api/endpoints/{endpointId}", { params: { path: { endpointId } } })),
    // Not waited for: the page of what was deleted is left first.
    onSuccess: () => void changed(),
  });
}

export type StateChange =
  | { to: "pause" | "resume" }
  | { to: "disable"; reason: string }
  | { to: "enable"; held: "deliver" | "drop" };

export function useChangeState(endpointId: string) {
  const params = { path: { endpointId } };
  return useMutation({
    mutationFn: (change: StateChange) => {
      switch (change.to) {
        case "pause":
          return answerOf(api.POST("/api/endpoints/{endpointId}/pause", { params }));
        case "resume":
          return answerOf(api.POST("/api/endpoints/{endpointId}/resume", { params }));
        case "disable":
          return answerOf(
            api.POST("/api/endpoints/{endpointId}/disable", { params, body: { reason: change.reason } }),
          );
        case "enable":
          return answerOf(
            api.POST("/api/endpoints/{endpointId}/enable", { params, body: { held: change.held } }),
          );
      }
    },
    onSettled: useChanged(),
  });
}

export function useRotateSecret(endpointId: string) {
  return useMutation({
    mutationFn: (overlapHours: number) =>
      answerOf(
        api.POST("/api/endpoints/{endpointId}/secrets", {
          params: { path: { endpointId } },
          body: { overlapHours },
        }),
      ),
    onSettled: useChanged(),
  });
}

export function useSendTest(endpointId: string) {
  return useMutation({
    mutationFn: (type: string) =>
      answerOf(
        api.POST("/api/endpoints/{endpointId}/test", { params: { path: { endpointId } }, body: { type } }),
      ),
    onSettled: useChanged(),
  });
}

const REPLAY_POLL_MS = 1_000;

/** Asked again while one is running. */
export function useReplays(endpointId: string) {
  return useQuery({
    queryKey: ["deliveries", "replays", endpointId],
    queryFn: async ({ signal }) => {
      const params = { path: { endpointId } };
      return (await answerOf(api.GET("/api/endpoints/{endpointId}/replays", { params, signal }))).items;
    },
    refetchInterval: ({ state }) =>
      state.data?.some((replay) => replay.state === "running") ? REPLAY_POLL_MS : false,
  });
}

export function useStartReplay(endpointId: string) {
  return useMutation({
    mutationFn: (body: NewReplay) =>
      answerOf(api.POST("/api/endpoints/{endpointId}/replays", { params: { path: { endpointId } }, body })),
    onSettled: useChanged(),
  });
}

export function useChangeReplay() {
  return useMutation({
    mutationFn: ({ replayId, to }: { replayId: string; to: "pause" | "resume" | "cancel" }) =>
      answerOf(api.POST(`/api/replays/{replayId}/${to}`, { params: { path: { replayId } } })),
    onSettled: useChanged(),
  });
}
