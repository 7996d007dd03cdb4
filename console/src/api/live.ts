import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "./listen.ts";

/**
 * Keeps what the pages show true: when the server says that something changed in the workspace, what was asked under
 * those topics is asked again. The first part of a query's key is its topic.
 */
export function useLiveChanges(workspaceId: string): void {
  const queryClient = useQueryClient();
  useEffect(
    () =>
      listen(`/api/live?workspaceId=${workspaceId}`, {
        onRefused: () => void queryClient.invalidateQueries({ queryKey: ["session"] }),
        events: {
          // What changed before was told to nobody.
          ready: () => void queryClient.invalidateQueries(),
          change: (data) => {
            const { topics } = data as { topics: string[] };
            for (const topic of topics) void queryClient.invalidateQueries({ queryKey: [topic] });
          },
        },
      }),
    [workspaceId, queryClient],
  );
}
