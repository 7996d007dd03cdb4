import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/**
 * Keeps what the pages show true: when the server says that something changed in the workspace, what was asked under
 * those topics is asked again. The first part of a query's key is its topic.
 */
export function useLiveChanges(workspaceId: string): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/api/live?workspaceId=${workspaceId}`);
    let wasOpen = false;
    source.addEventListener("open", () => {
      // What changed while there was no connection was told to nobody.
      if (wasOpen) void queryClient.invalidateQueries();
      wasOpen = true;
    });
    source.addEventListener("change", (event) => {
      const { topics } = JSON.parse(event.data) as { topics: string[] };
      for (const topic of topics) void queryClient.invalidateQueries({ queryKey: [topic] });
    });
    return () => source.close();
  }, [workspaceId, queryClient]);
}
