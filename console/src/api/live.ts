import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "./listen.ts";

/** `ready` tells what changed for longer than this before it. */
const LATELY_MS = 20_000;

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
          ready: (data) => {
            // What changed before, while nobody listened, was told to nobody; a page that is new knows the rest.
            if (performance.now() < LATELY_MS) askAgain(queryClient, data);
            else void queryClient.invalidateQueries();
          },
          change: (data) => askAgain(queryClient, data),
        },
      }),
    [workspaceId, queryClient],
  );
}

function askAgain(queryClient: QueryClient, data: unknown): void {
  const { topics } = data as { topics: string[] };
  for (const topic of topics) void queryClient.invalidateQueries({ queryKey: [topic] });
}
