import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";

export type ListedModel =
  paths["/api/models"]["get"]["responses"][200]["content"]["application/json"]["items"][number];
export type ModelPreset =
  paths["/api/model-presets"]["get"]["responses"][200]["content"]["application/json"]["items"][number];
export type LocalServer =
  paths["/api/local-model-servers"]["get"]["responses"][200]["content"]["application/json"]["items"][number];
export type ModelTrial = paths["/api/models/test"]["post"]["responses"][200]["content"]["application/json"];
type Json<Operation extends { requestBody?: unknown }> =
  NonNullable<Operation["requestBody"]> extends {
    content: { "application/json": infer Body };
  }
    ? Body
    : never;
export type NewModel = Json<paths["/api/models"]["post"]>;
export type ModelChange = Json<paths["/api/models/{name}"]["patch"]>;
export type TrialWish = Json<paths["/api/models/test"]["post"]>;

/** The models of the installation, all of them in one page. */
export function useModels() {
  return useInfiniteQuery({
    queryKey: ["models"],
    queryFn: () => answerOf(api.GET("/api/models")),
    initialPageParam: null,
    getNextPageParam: () => undefined,
  });
}

export function useModelPresets() {
  return useQuery({
    queryKey: ["model-presets"],
    queryFn: () => answerOf(api.GET("/api/model-presets")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The model servers on the server's own machine; looked for when it is asked. */
export function useLocalServers() {
  return useMutation({ mutationFn: () => answerOf(api.GET("/api/local-model-servers")) });
}

export function useModelTrial() {
  return useMutation({ mutationFn: (body: TrialWish) => answerOf(api.POST("/api/models/test", { body })) });
}

/** Everything that is done to models; lists are asked for again afterwards. */
export function useModelChanges() {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["models"] });
  const connect = useMutation({
    mutationFn: (body: NewModel) => answerOf(api.POST("/api/models", { body })),
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ name, body }: { name: string; body: ModelChange }) =>
      answerOf(api.PATCH("/api/models/{name}", { params: { path: { name } }, body })),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: ({ name, force }: { name: string; force: boolean }) =>
      answerOf(
        api.DELETE("/api/models/{name}", {
          params: { path: { name }, query: { force: force ? "true" : "false" } },
        }),
      ),
    onSettled,
  });
  return { connect, change, remove };
}
