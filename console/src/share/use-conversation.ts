import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { keep, kept } from "../browser-storage.ts";
import { type PlacedEvent, ShareClient, ShareError } from "./client.ts";
import { changed, EMPTY } from "./conversation-state.ts";
import type { Opinion, SharedAgent } from "./wire.ts";

/** How long until a broken connection is tried again, and at most. */
const RETRY_MS = 500;
const RETRY_LIMIT_MS = 8_000;

/** The conversation of the visitor with the agent behind a link, and everything that can be done in it. */
export function useConversation(key: string) {
  const [client] = useState(() => new ShareClient(key));
  const [agent, setAgent] = useState<SharedAgent>();
  const [isReady, setReady] = useState(false);
  const [state, apply] = useReducer(changed, EMPTY);
  const now = useRef(state);
  now.current = state;
  const reading = useRef<AbortController>(undefined);
  const place = `antiphon.conversation.${key}`;

  const fail = useCallback((error: unknown) => {
    apply({ type: "failed", code: error instanceof ShareError ? error.code : "internal" });
  }, []);

  /** Reads a turn to its end, however often the connection breaks. */
  const read = useCallback(
    async (begin: (signal: AbortSignal) => AsyncGenerator<PlacedEvent>) => {
      reading.current?.abort();
      const abort = new AbortController();
      reading.current = abort;
      let next = begin;
      for (let wait = RETRY_MS; !abort.signal.aborted; wait = Math.min(wait * 2, RETRY_LIMIT_MS)) {
        try {
          let isOver = false;
          for await (const { event, id } of next(abort.signal)) {
            if (abort.signal.aborted) return;
            if (event.type === "turn") keep(place, event.conversationId);
            apply({ type: "told", event, id });
            wait = RETRY_MS;
            isOver = event.type === "end" || event.type === "error";
          }
          if (isOver) return;
        } catch (error) {
          if (abort.signal.aborted) return;
          const isLost = !(error instanceof ShareError) || error.code === "unreachable";
          if (!isLost || now.current.running === undefined) return fail(error);
          apply({ type: "lost" });
        }
        await new Promise((done) => setTimeout(done, wait));
        const { running } = now.current;
        if (running === undefined) return;
        next = (signal) => client.follow(running.turnId, running.lastEventId, signal);
      }
    },
    [client, fail, place],
  );

  const open = useCallback(async () => {
    try {
      setAgent(await client.enter());
      const conversationId = kept(place);
      if (conversationId !== undefined) {
        const page = await client.exchanges(conversationId).catch((error: unknown) => {
          if (!(error instanceof ShareError) || error.code !== "conversation_not_found") throw error;
          keep(place, undefined);
          return undefined;
        });
        if (page !== undefined) {
          apply({ type: "opened", conversationId, page });
          const running = page.items
            .flatMap(({ answers }) => answers)
            .find(({ status }) => status === "running");
          if (running !== undefined) void read((signal) => client.follow(running.turnId, undefined, signal));
        }
      }
    } catch (error) {
      fail(error);
    }
    setReady(true);
  }, [client, fail, place, read]);

  useEffect(() => {
    void open();
    return () => reading.current?.abort();
  }, [open]);

  return {
    agent,
    isReady,
    state,
    open,
    ask(text: string) {
      const { conversationId } = now.current;
      apply({ type: "asked", text });
      void read((signal) => client.ask({ text, conversationId }, signal));
    },
    regenerate(exchangeId: string, turnId: string) {
      apply({ type: "asked-again", exchangeId });
      void read((signal) => client.regenerate(turnId, signal));
    },
    stop() {
      const { running } = now.current;
      if (running !== undefined) client.stop(running.turnId).catch(fail);
    },
    show(exchangeId: string, number: number, turnId: string) {
      apply({ type: "shown", exchangeId, place: number });
      client.choose(turnId).catch(fail);
    },
    async rate(turnId: string, opinion: Opinion) {
      try {
        await client.rate(turnId, opinion);
        apply({ type: "rated", turnId, opinion });
      } catch (error) {
        fail(error);
      }
    },
    async loadOlder() {
      const { conversationId, olderCursor } = now.current;
      if (conversationId === undefined || olderCursor === undefined) return;
      try {
        apply({ type: "older", page: await client.exchanges(conversationId, olderCursor) });
      } catch (error) {
        fail(error);
      }
    },
    startAnew() {
      reading.current?.abort();
      keep(place, undefined);
      apply({ type: "emptied" });
    },
  };
}

export type ConversationDesk = ReturnType<typeof useConversation>;
