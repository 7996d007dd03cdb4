import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type Delivery = Answer<"/api/deliveries", "get">["items"][number];
export type DeliveryDetail = Answer<"/api/deliveries/{deliveryId}", "get">;
export type Attempt = DeliveryDetail["attempts"][number];
/** An attempt as the tail tells of it. */
export type AttemptLine = Answer<"/api/attempts", "get">["items"][number];
type Query = NonNullable<paths["/api/deliveries"]["get"]["parameters"]["query"]>;
export type DeliveryFilter = Pick<Query, "endpointId" | "state" | "type" | "since" | "until">;

const TOPIC = "deliveries";
/** While attempts are made. */
const MOVING_POLL_MS = 1_000;

export function useDeliveries(filter: DeliveryFilter) {
  const { workspaceId } = useWorkspace();
  return useInfiniteQuery({
    queryKey: [TOPIC, "list", workspaceId, filter],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/deliveries", {
          params: { query: { workspaceId, ...filter, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/** Asked again while it is on its way. */
export function useDelivery(deliveryId: string | undefined) {
  return useQuery({
    queryKey: [TOPIC, "one", deliveryId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/deliveries/{deliveryId}", {
          params: { path: { deliveryId: deliveryId ?? "" } },
          signal,
        }),
      ),
    enabled: deliveryId !== undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.state === "leased" || (data?.state === "pending" && data.attemptCount === 0)
        ? MOVING_POLL_MS
        : false,
  });
}

/** The command holds a fresh signature: asked for only when somebody wants it. */
export function useCurl(deliveryId: string) {
  return useMutation({
    mutationFn: () =>
      answerOf(api.GET("/api/deliveries/{deliveryId}/curl", { params: { path: { deliveryId } } })),
  });
}

/** Sends deliveries once more: those with these ids, or those given up that fit. */
export function useResend() {
  const queryClient = useQueryClient();
  const { workspaceId } = useWorkspace();
  return useMutation({
    mutationFn: (which: { ids: string[] } | DeliveryFilter) =>
      answerOf(
        api.POST("/api/deliveries/resend", { body: "ids" in which ? which : { workspaceId, ...which } }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [TOPIC] }),
  });
}
