/** Pauses before a refused stream is asked for again; the last one stays. */
const PAUSES_MS = [1_000, 2_000, 5_000, 15_000, 60_000];

/** What is done with a stream of server-sent events. */
export interface Listener {
  onOpen?(): void;
  /** It is broken, or refused, and opened again by itself. */
  onBroken?(): void;
  /** The server said no, which it may go on saying. */
  onRefused?(): void;
  /** By the names of events, what is done with the data of one. */
  events: Readonly<Record<string, (data: unknown) => void>>;
}

/**
 * Listens to a path of ours for as long as one wants. Browsers open again what breaks; here that is done with what the
 * server refuses too, as while it stops and starts. Returns what ends it.
 */
export function listen(path: string, { onOpen, onBroken, onRefused, events }: Listener): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  const open = () => {
    source = new EventSource(path);
    source.addEventListener("open", () => {
      refusals = 0;
      onOpen?.();
    });
    source.addEventListener("error", () => {
      onBroken?.();
      if (source.readyState !== EventSource.CLOSED) return;
      onRefused?.();
      again = setTimeout(open, PAUSES_MS[Math.min(refusals, PAUSES_MS.length - 1)]);
      refusals += 1;
    });
    for (const [name, hear] of Object.entries(events)) {
      source.addEventListener(name, ({ data }) => hear(JSON.parse(data)));
    }
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
