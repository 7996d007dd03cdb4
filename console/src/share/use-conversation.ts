import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { keep, kept } from "../browser-storage.ts";
import { type PlacedEvent, ShareClient, ShareError } from "./client.ts";
import { changed, EMPTY, runningTurn } from "./conversation-state.ts";
import { fitting, missing, presetInputs } from "./inputs.ts";
import type { ExchangePage, Opinion, SharedAgent } from "./wire.ts";

/** How long until a broken connection is tried again, and at most. */
const RETRY_MS = 500;
const RETRY_LIMIT_MS = 8_000;
/** What does not become better by trying again. */
const FINAL: ReadonlySet<string> = new Set([
  "credential_missing",
  "credential_invalid",
  "not_found",
  "message_not_found",
]);

type Reading = (signal: AbortSignal) => AsyncGenerator<PlacedEvent>;

/** The conversation of the visitor with the agent behind a link, and everything that can be done in it. */
export function useConversation(key: string) {
  const [client] = useState(() => new ShareClient(key));
  const [agent, setAgent] = useState<SharedAgent>();
  const [isReady, setReady] = useState(false);
  const [state, apply] = useReducer(changed, EMPTY);
  const [given, setGiven] = useState(presetInputs);
  const inputs = fitting(agent?.variables ?? [], given);
  const reading = useRef<AbortController>(undefined);
  const place = `antiphon.conversation.${key}`;

  /** Tells the visitor that something was in vain. */
  const fail = useCallback((error: unknown) => apply({ type: "failed", code: codeOf(error) }), []);

  /** Reads a turn to its end, however often the connection breaks. */
  const read = useCallback(
    async (begin: Reading, begun?: string) => {
      reading.current?.abort();
      const abort = new AbortController();
      reading.current = abort;
      const { signal } = abort;
      let turnId = begun;
      let after: string | undefined;
      let next = begin;
      for (let wait = RETRY_MS; !signal.aborted; wait = Math.min(wait * 2, RETRY_LIMIT_MS)) {
        try {
          for await (const { event, id } of next(signal)) {
            if (signal.aborted) return;
            if (event.type === "turn") {
              keep(place, event.conversationId);
              turnId = event.turnId;
              if (event.isWhole) after = undefined;
            }
            after = id ?? after;
            wait = RETRY_MS;
            apply({ type: "told", event });
            if (event.type === "end" || event.type === "error") return;
          }
        } catch (error) {
          if (signal.aborted) return;
          const code = codeOf(error);
          if (turnId === undefined) {
            const variable = variableOf(error);
            apply({ type: "refused", code, variable });
            // The agent may have been published anew, with other variables.
            if (variable !== undefined) await client.enter().then(setAgent, fail);
            return;
          }
          if (FINAL.has(code)) return apply({ type: "given-up", code });
          apply({ type: "lost" });
        }
        if (turnId === undefined) return apply({ type: "refused", code: "unreachable" });
        const known = turnId;
        next = (again) => client.follow(known, after, again);
        await new Promise((done) => setTimeout(done, wait));
      }
    },
    [client, fail, place],
  );

  const open = useCallback(async () => {
    try {
      const entered = await client.enter();
      const conversationId = kept(place);
      const page = conversationId === undefined ? undefined : await said(client, conversationId);
      if (conversationId === undefined || page === undefined) apply({ type: "emptied" });
      else {
        apply({ type: "opened", conversationId, page });
        const running = runningTurn(page.items);
        if (running !== undefined) void read((signal) => client.follow(running, undefined, signal), running);
      }
      setAgent(entered);
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
      const { conversationId } = state;
      apply({ type: "asked", text });
      if (conversationId !== undefined) {
        void read((signal) => client.ask({ text, conversationId }, signal));
        return;
      }
      const variable = missing(agent?.variables ?? [], inputs);
      if (variable !== undefined) apply({ type: "refused", code: "request_invalid", variable });
      else void read((signal) => client.ask({ text, inputs: Object.fromEntries(inputs) }, signal));
    },
    /** Values of the agent's variables, which go with the first question. */
    inputs,
    give(key: string, value: string) {
      setGiven((before) => new Map(before).set(key, value));
    },
    regenerate(turnId: string) {
      apply({ type: "asked-again" });
      void read((signal) => client.regenerate(turnId, signal));
    },
    stop() {
      if (state.running !== undefined) client.stop(state.running).catch(fail);
    },
    show(exchangeId: string, number: number, turnId: string) {
      apply({ type: "shown", exchangeId, place: number });
      client.choose(turnId).catch(fail);
    },
    /** Resolves with whether it was taken. */
    async rate(turnId: string, opinion: Opinion): Promise<boolean> {
      try {
        await client.rate(turnId, opinion);
      } catch (error) {
        fail(error);
        return false;
      }
      apply({ type: "rated", turnId, opinion });
      return true;
    },
    async loadOlder() {
      const { conversationId, olderCursor: cursor } = state;
      if (conversationId === undefined || cursor === undefined) return;
      try {
        apply({ type: "older", cursor, page: await client.exchanges(conversationId, cursor) });
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

/** What was said in a conversation; undefined when it is not there any more. */
async function said(client: ShareClient, conversationId: string): Promise<ExchangePage | undefined> {
  try {
    return await client.exchanges(conversationId);
  } catch (error) {
    if (codeOf(error) === "conversation_not_found") return undefined;
    throw error;
  }
}

/** Key of the variable whose value was refused. */
function variableOf(error: unknown): string | undefined {
  const field = error instanceof ShareError ? error.field : undefined;
  return field?.startsWith("inputs.") === true ? field.slice("inputs.".length) : undefined;
}

/** A connection that breaks in the middle fails in the browser's own way. */
function codeOf(error: unknown): string {
  return error instanceof ShareError ? error.code : "unreachable";
}

export type ConversationDesk = ReturnType<typeof useConversation>;
