import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { paths } from "../../api/schema.d.ts";
import { useWorkspace } from "../../api/session.ts";

type ChannelList = paths["/api/channels"]["get"]["responses"][200]["content"]["application/json"];
/** A custom channel. */
export type Channel = ChannelList["items"][number];
type ChannelBody = paths["/api/channels"]["post"]["requestBody"]["content"]["application/json"];
export type ChannelSettings = Pick<ChannelBody, "name" | "description" | "authorization">;

const KEY = ["channels"];

function useChanged() {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: KEY }),
      queryClient.invalidateQueries({ queryKey: ["submissions"] }),
    ]);
}

export function useChannels() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/channels", { signal })),
  });
}

/** Makes a channel that agents of the workspace can be published to. */
export function useCreateChannel() {
  const { workspaceId } = useWorkspace();
  return useMutation({
    mutationFn: async (settings: ChannelSettings) => {
      const channel = await answerOf(api.POST("/api/channels", { body: settings }));
      await answerOf(
        api.POST("/api/channels/{channelId}/workspaces", {
          params: { path: { channelId: channel.id } },
          body: { workspaceId },
        }),
      );
      return channel;
    },
    onSettled: useChanged(),
  });
}

export function useUpdateChannel(channelId: string) {
  return useMutation({
    mutationFn: (settings: ChannelSettings) =>
      answerOf(api.PATCH("/api/channels/{channelId}", { params: { path: { channelId } }, body: settings })),
    onSettled: useChanged(),
  });
}

export function useDeleteChannel(channelId: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/channels/{channelId}", { params: { path: { channelId } } })),
    // Not waited for: what shows the channel is closed first.
    onSuccess: () => void changed(),
  });
}

export function useReviewServer(channelId: string) {
  return useQuery({
    queryKey: [...KEY, "server", channelId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/channels/{channelId}/audit-server", { params: { path: { channelId } }, signal }),
      ),
  });
}

/** Makes the server, or gives it an address. */
export function useSetReviewServer(channelId: string) {
  return useMutation({
    mutationFn: (url: string | undefined) =>
      answerOf(
        api.PUT("/api/channels/{channelId}/audit-server", {
          params: { path: { channelId } },
          body: url === undefined ? {} : { url },
        }),
      ),
    onSettled: useChanged(),
  });
}

export function useRemoveReviewServer(channelId: string) {
  return useMutation({
    mutationFn: () =>
      answerOf(api.DELETE("/api/channels/{channelId}/audit-server", { params: { path: { channelId } } })),
    onSettled: useChanged(),
  });
}

export function useChannelSubmissions(channelId: string) {
  return useQuery({
    queryKey: ["submissions", "channel", channelId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/channels/{channelId}/submissions", { params: { path: { channelId } }, signal })),
  });
}

/** What the owner of a channel says about a version. */
export interface Decision {
  agentId: string;
  versionNumber: number;
  verdict: "approved" | "rejected";
  reason: string;
}

export function useDecide(channelId: string) {
  return useMutation({
    mutationFn: ({ agentId, versionNumber, verdict, reason }: Decision) =>
      answerOf(
        api.POST("/api/channels/{channelId}/verdicts", {
          params: { path: { channelId } },
          body: { agentId, versionNumber, verdict, reason },
        }),
      ),
    onSettled: useChanged(),
  });
}
