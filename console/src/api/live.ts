import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** How long after an answer that is no stream it is asked again. */
const AGAIN_MS = 3_000;

/**
 * Keeps what the pages show true: when the server says that something changed in the workspace, what was asked under
 * those topics is asked again. The first part of a query's key is its topic.
 */
export function useLiveChanges(workspaceId: string): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      source = new EventSource(`/api/live?workspaceId=${workspaceId}`);
      // What changed before was told to nobody.
      source.addEventListener("ready", () => void queryClient.invalidateQueries());
      source.addEventListener("change", (event) => {
        const { topics } = JSON.parse(event.data) as { topics: string[] };
        for (const topic of topics) void queryClient.invalidateQueries({ queryKey: [topic] });
      });
      source.addEventListener("error", () => {
        // Broken connections are opened again by themselves; refusals, as of a server that restarts, are not.
        if (source.readyState !== EventSource.CLOSED) return;
        void queryClient.invalidateQueries({ queryKey: ["session"] });
        timer = setTimeout(listen, AGAIN_MS);
      });
    };
    listen();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [workspaceId, queryClient]);
}
