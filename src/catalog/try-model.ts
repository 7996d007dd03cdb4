import type { ModelDefinition } from "../domain/model-definition.ts";
import {
  type ChangingCatalog,
  type ChatRequest,
  type ClosableChatModel,
  ModelError,
} from "../models/chat-model.ts";

/** What came of asking a model for one token. */
export type ModelTrial =
  | { ok: true; firstTokenMs: number; latencyMs: number }
  | { ok: false; latencyMs: number; error: ModelTrialError };

export interface ModelTrialError {
  /** As of `ModelError`; `unusable`: it cannot even be opened. */
  failure: ModelError["failure"] | "unusable";
  /** Ours. */
  message: string;
  /** The vendor's own words; empty: it said nothing. */
  detail: string;
  /** HTTP status of the vendor. Absent: it did not answer. */
  status?: number;
  /** The vendor's id of the request. */
  requestId?: string;
}

const PATIENCE_MS = 20_000;

const QUESTION: ChatRequest = {
  messages: [{ role: "user", text: "1", imageUrls: [] }],
  tools: [],
  parameters: { maxOutputTokens: 1 },
  passages: [],
};

/** Asks the model for one token, once, on connections of its own. Rejects only with the reason of `signal`. */
export async function tryModel(
  models: Pick<ChangingCatalog, "open">,
  definition: ModelDefinition,
  signal: AbortSignal,
): Promise<ModelTrial> {
  const startedAt = performance.now();
  const elapsed = () => Math.max(1, Math.round(performance.now() - startedAt));
  const limit = AbortSignal.timeout(PATIENCE_MS);
  let model: (Partial<ClosableChatModel> & Awaited<ReturnType<typeof models.open>>) | undefined;
  try {
    model = await models.open({ ...definition, retries: 0 } as ModelDefinition);
    let firstTokenMs = 0;
    for await (const _part of model.stream(QUESTION, AbortSignal.any([signal, limit]))) {
      firstTokenMs ||= elapsed();
    }
    return { ok: true, firstTokenMs, latencyMs: elapsed() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, latencyMs: elapsed(), error: explain(error, limit.aborted) };
  } finally {
    await model?.close?.();
  }
}

function explain(error: unknown, isLate: boolean): ModelTrialError {
  if (error instanceof ModelError) {
    const { failure, message, detail, status, requestId } = error;
    return {
      failure,
      message,
      detail,
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
    };
  }
  if (isLate) {
    const message = `nothing came within ${PATIENCE_MS / 1_000} seconds`;
    return { failure: "timeout", message, detail: "" };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { failure: "unusable", message, detail: "" };
}
