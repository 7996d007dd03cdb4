import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";

type Links = paths["/api/agents/{agentId}/share-links"];
export type ShareLink = Links["get"]["responses"][200]["content"]["application/json"]["items"][number];
export type ShareLinkSettings = NonNullable<Links["post"]["requestBody"]>["content"]["application/json"];

const keyOf = (agentId: string) => ["share-links", agentId] as const;

export function useShareLinks(agentId: string) {
  return useQuery({
    queryKey: keyOf(agentId),
    queryFn: () => answerOf(api.GET("/api/agents/{agentId}/share-links", { params: { path: { agentId } } })),
  });
}

/** Makes a link or, with an id, changes one. */
export function useSaveShareLink(agentId: string) {
  return useChange(agentId, ({ linkId, body }: { linkId?: string | undefined; body: ShareLinkSettings }) =>
    linkId === undefined
      ? answerOf(api.POST("/api/agents/{agentId}/share-links", { params: { path: { agentId } }, body }))
      : answerOf(
          api.PATCH("/api/agents/{agentId}/share-links/{linkId}", {
            params: { path: { agentId, linkId } },
            body,
          }),
        ),
  );
}

export function useDeleteShareLink(agentId: string) {
  return useChange(agentId, (linkId: string) =>
    answerOf(
      api.DELETE("/api/agents/{agentId}/share-links/{linkId}", { params: { path: { agentId, linkId } } }),
    ),
  );
}

function useChange<Input, Answer>(agentId: string, mutationFn: (input: Input) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keyOf(agentId) }),
  });
}
