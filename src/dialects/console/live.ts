import { homeMembership, requireMembership } from "../../access/permissions.ts";
import { DomainError } from "../../domain/errors.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { FrameSource } from "../../http/route.ts";
import { httpLog } from "../../log/logger.ts";
import { EventStream, type Operation, operation } from "./operation.ts";
import { wireId } from "./wire.ts";

const PING_MS = 20_000;
/** How long a page is told of changes after its session or its membership has ended, at most. */
const CHECK_MS = 30_000;

/** What keeps pages as things are. */
export const liveOperations: Operation[] = [
  operation({
    route: "GET /live",
    permission: "viewConversations",
    role: "viewer",
    summary:
      "server-sent events of what changes in a workspace: `ready` once, with the `topics` of the last half minute, then `change` with its `topics`, at most once a second",
    query: { workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional() },
    async run({ services, caller, query, signal, again }) {
      const wanted = query.workspaceId ?? homeMembership(caller).workspaceId;
      const { workspaceId } = requireMembership(caller, wanted, "viewer");
      const frames = new LiveFrames();
      const { lately, end } = await services.changes.listen(workspaceId, {
        userId: caller.user.id,
        hear: (topics) => frames.tell(topics),
        over: () => frames.end(),
      });
      frames.ready(lately);
      const pinging = setInterval(() => frames.ping(), PING_MS);
      const checking = setInterval(async () => {
        if (!(await isStillMember())) frames.end();
      }, CHECK_MS);
      const isStillMember = async () => {
        try {
          requireMembership(await again(), workspaceId, "viewer");
          return true;
        } catch (error) {
          if (error instanceof DomainError && error.code !== "storage_failed") return false;
          httpLog.warn({ err: error }, "could not see whether a page may still be told of changes");
          return true;
        }
      };
      frames.whenOver(() => {
        end();
        clearInterval(pinging);
        clearInterval(checking);
      });
      if (signal.aborted) frames.end();
      else signal.addEventListener("abort", () => frames.end(), { once: true });
      return new EventStream(frames);
    },
  }),
];

/** What a slow reader has not taken yet is told to it in one event. */
class LiveFrames implements FrameSource {
  readonly #topics = new Set<string>();
  readonly #frames: string[] = [];
  #isEnded = false;
  #wake: () => void = () => {};
  #over: () => void = () => {};

  /** Called once, when there is nobody to tell any more; at once where that is so already. */
  whenOver(over: () => void): void {
    this.#over = over;
    if (this.#isEnded) over();
  }

  ready(topics: readonly string[]): void {
    this.#frames.push(frame("ready", topics));
    this.#wake();
  }

  tell(topics: readonly string[]): void {
    for (const topic of topics) this.#topics.add(topic);
    this.#wake();
  }

  ping(): void {
    if (this.#frames.length === 0) this.#frames.push(": ping\n\n");
    this.#wake();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#over();
    this.#wake();
  }

  next(): string | undefined | null {
    if (this.#isEnded) return null;
    const first = this.#frames.shift();
    if (first !== undefined) return first;
    if (this.#topics.size === 0) return undefined;
    const change = frame("change", this.#topics);
    this.#topics.clear();
    return change;
  }

  subscribe(wake: () => void): () => void {
    this.#wake = wake;
    return () => this.end();
  }
}

function frame(event: "ready" | "change", topics: Iterable<string>): string {
  return `event: ${event}\ndata: ${JSON.stringify({ topics: [...topics].sort() })}\n\n`;
}
