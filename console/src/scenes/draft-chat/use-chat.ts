import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import { afterEvent, NOTHING_TOLD, type TurnState } from "../trace/turn-state.ts";
import { exchangesKey, useConversation, useExchanges, useNewestConversation } from "./data.ts";
import { type TurnStart, turnEvents } from "./turn-stream.ts";

/** An answer that is being told now, and what was asked. */
export interface LiveAnswer {
  question: string;
  /** The exchange that it belongs to, where that was there before. Absent: a new question. */
  again?: string | undefined;
  start: TurnStart;
  state: TurnState;
  isBroken: boolean;
  /** Why nothing was, or will be, told. */
  error?: Error;
}

/**
 * A conversation of the person with the draft, as it is and as it goes on. Nothing is asked before `beforeAsk` resolves,
 * and nothing at all when it rejects.
 */
export function useChat(agentId: string, beforeAsk: () => Promise<unknown>) {
  const queryClient = useQueryClient();
  const [chosen, choose] = useChosenConversation(agentId);
  const newest = useNewestConversation(agentId, chosen === undefined);
  const conversationId = (chosen ?? newest.data?.id) || undefined;
  const conversation = useConversation(conversationId);
  const exchanges = useExchanges(conversationId);
  const [live, setLive] = useState<LiveAnswer>();
  const reading = useRef<AbortController>(undefined);
  const told = useRef(new Map<string, TurnState>());

  const leave = useCallback(() => {
    reading.current?.abort();
    reading.current = undefined;
    setLive(undefined);
  }, []);
  useEffect(() => () => reading.current?.abort(), []);

  const read = useCallback(
    async (start: TurnStart, about: Pick<LiveAnswer, "question" | "again">) => {
      reading.current?.abort();
      const controller = new AbortController();
      reading.current = controller;
      const { signal } = controller;
      const shown = frameByFrame((state: TurnState) => {
        if (!signal.aborted) setLive((before) => before && { ...before, state });
      });
      setLive({ ...about, start, state: NOTHING_TOLD, isBroken: false });
      let state = NOTHING_TOLD;
      try {
        if ("path" in start) await beforeAsk();
        signal.throwIfAborted();
        const onBroken = (isBroken: boolean) => {
          if (!signal.aborted) setLive((before) => before && { ...before, isBroken });
        };
        for await (const event of turnEvents(start, signal, onBroken)) {
          state = afterEvent(state, event);
          shown(state);
          if (event.type === "turn" && !event.isRestart) choose(event.conversationId);
        }
        await queryClient.invalidateQueries({ queryKey: exchangesKey(state.conversationId) });
        if (state.turnId !== undefined) told.current.set(state.turnId, state);
        if (!signal.aborted) leave();
      } catch (error) {
        if (signal.aborted) return;
        shown(state);
        setLive(
          (before) => before && { ...before, state, error: error instanceof Error ? error : new Error() },
        );
      }
    },
    [beforeAsk, choose, leave, queryClient],
  );

  useGoOn(exchanges.data, live, told.current, read);

  return {
    conversationId,
    /** The values that the conversation holds. */
    variables: conversation.data?.variables,
    exchanges,
    isFinding: chosen === undefined && newest.isPending,
    findingError: chosen === undefined ? newest.error : null,
    live,
    /** Answers that were told here, by their turns. */
    told: told.current as ReadonlyMap<string, TurnState>,
    isRunning: live !== undefined && live.error === undefined,
    ask: (question: string, variables: Record<string, string> | undefined) =>
      read(
        {
          path: `/api/agents/${agentId}/draft-chat`,
          body: {
            text: question,
            ...(conversationId !== undefined && { conversationId }),
            ...(variables !== undefined && { variables }),
          },
        },
        { question },
      ),
    regenerate: (turnId: string, exchangeId: string, question: string) =>
      read({ path: `/api/turns/${turnId}/regenerate` }, { question, again: exchangeId }),
    stop: async () => {
      const turnId = live?.state.turnId;
      if (turnId !== undefined) {
        await answerOf(api.POST("/api/turns/{turnId}/stop", { params: { path: { turnId } } }));
      }
    },
    /** After an error: reads the answer where it is known; else tries the same again. */
    retry: () => {
      if (live === undefined) return;
      const { turnId } = live.state;
      const { question, again, start } = live;
      void read(turnId === undefined ? start : { turnId }, { question, again });
    },
    begin: () => {
      leave();
      choose("");
    },
  };
}

/** Reads on what was being answered when the page was left. */
function useGoOn(
  pages: ReturnType<typeof useExchanges>["data"],
  live: LiveAnswer | undefined,
  told: ReadonlyMap<string, TurnState>,
  read: (start: TurnStart, about: Pick<LiveAnswer, "question" | "again">) => Promise<void>,
): void {
  const [exchange] = pages?.pages[0]?.items ?? [];
  const running = exchange?.answers.find(({ status, turnId }) => status === "running" && !told.has(turnId));
  useEffect(() => {
    if (running === undefined || exchange === undefined || live !== undefined) return;
    const { question, id } = exchange;
    void read({ turnId: running.turnId }, { question: question.text, again: id });
  }, [running, exchange, live, read]);
}

/** Which conversation this window shows; empty: one that is not begun yet; undefined: the newest. */
function useChosenConversation(agentId: string): [string | undefined, (id: string) => void] {
  const key = `antiphon.draft-conversation.${agentId}`;
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(key) ?? undefined);
  const choose = useCallback(
    (id: string) => {
      sessionStorage.setItem(key, id);
      setChosen(id);
    },
    [key],
  );
  return [chosen, choose];
}

/** Shows the newest value once a frame, however many there are; hidden pages, which have no frames, at once. */
function frameByFrame<Value>(show: (value: Value) => void): (value: Value) => void {
  let newest: Value;
  let isDue = false;
  return (value) => {
    newest = value;
    if (document.hidden) return show(value);
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      show(newest);
    });
  };
}
