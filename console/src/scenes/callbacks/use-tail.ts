import { useEffect, useRef, useState } from "react";
import { listen } from "../../api/listen.ts";
import { useWorkspace } from "../../api/session.ts";
import type { AttemptLine } from "./delivery-data.ts";

/** Most attempts that are kept on the page. */
export const TAIL_LIMIT = 200;

export interface Tail {
  /** Newest first. */
  attempts: AttemptLine[];
  isOpen: boolean;
  /** How many came since the list was paused. */
  heldBack: number;
  clear(): void;
}

/**
 * Attempts as they end. What the stream tells again after a break is shown once; a paused list goes on listening, and
 * shows what came when it goes on.
 */
export function useTail({
  endpointId,
  isPaused,
}: {
  endpointId: string | undefined;
  isPaused: boolean;
}): Tail {
  const { workspaceId } = useWorkspace();
  const [all, setAll] = useState<AttemptLine[]>([]);
  const [shown, setShown] = useState<AttemptLine[]>([]);
  const [isOpen, setOpen] = useState(false);
  const seen = useRef(new Set<string>());
  useEffect(() => {
    const query = new URLSearchParams(endpointId === undefined ? { workspaceId } : { endpointId });
    setAll([]);
    setShown([]);
    setOpen(false);
    seen.current.clear();
    return listen(`/api/deliveries/tail?${query}`, {
      onOpen: () => setOpen(true),
      onBroken: () => setOpen(false),
      events: {
        attempt(data) {
          const attempt = data as AttemptLine;
          if (seen.current.has(attempt.id)) return;
          seen.current.add(attempt.id);
          setAll((before) => [attempt, ...before].slice(0, TAIL_LIMIT));
        },
      },
    });
  }, [endpointId, workspaceId]);
  useEffect(() => {
    if (!isPaused) setShown(all);
  }, [all, isPaused]);
  const newest = shown[0];
  const place = all.findIndex(({ id }) => id === newest?.id);
  const heldBack = place < 0 ? all.length : place;
  return {
    attempts: shown,
    isOpen,
    heldBack: isPaused ? heldBack : 0,
    clear() {
      setAll([]);
      setShown([]);
    },
  };
}
