import type { ModelDefinition } from "../domain/model-definition.ts";
import type { ChatModel, ChatRequest, ClosableChatModel, ModelPart } from "./chat-model.ts";

/** Opens a model; no connection is made yet. Rejects naming the model when it cannot be opened. */
export type OpenModel = (definition: ModelDefinition) => Promise<ChatModel | ClosableChatModel>;

/**
 * A model that may be replaced while it is used: it closes when it was let go and none of its streams runs any more.
 * Whoever still has it may go on asking; each answer then has connections of its own.
 */
export class HeldModel implements ChatModel {
  readonly name: string;
  readonly prices?: NonNullable<ChatModel["prices"]>;
  readonly check: ChatModel["check"];
  readonly #definition: ModelDefinition;
  readonly #model: ChatModel | ClosableChatModel;
  readonly #open: OpenModel;
  #running = 0;
  #isLetGo = false;
  #isClosed = false;

  constructor(definition: ModelDefinition, model: ChatModel | ClosableChatModel, open: OpenModel) {
    this.name = model.name;
    if (model.prices !== undefined) this.prices = model.prices;
    this.check = (signal) => model.check(signal);
    this.#definition = definition;
    this.#model = model;
    this.#open = open;
  }

  /** Whether this is the model that the definition describes. */
  isOf(definition: ModelDefinition): boolean {
    return JSON.stringify(definition) === JSON.stringify(this.#definition);
  }

  stream(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelPart> {
    if (this.#isClosed) return this.#streamAnew(request, signal);
    const inner = this.#model.stream(request, signal);
    return { [Symbol.asyncIterator]: () => this.#counted(inner[Symbol.asyncIterator]()) };
  }

  /** Closes it as soon as nothing of it runs. */
  letGo(): void {
    this.#isLetGo = true;
    if (this.#running === 0) void this.close();
  }

  /** Closes it now; streams that run end with an error. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await closeModel(this.#model);
  }

  #counted(inner: AsyncIterator<ModelPart>): AsyncIterator<ModelPart> {
    let isOver = false;
    this.#running += 1;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      if (this.#isLetGo && this.#running === 0) void this.close();
    };
    const seen = (result: Promise<IteratorResult<ModelPart>>) => {
      result.then(({ done }) => {
        if (done === true) leave();
      }, leave);
      return result;
    };
    return {
      next: () => seen(inner.next()),
      return: async (value?: unknown) => {
        try {
          return (await inner.return?.(value)) ?? { done: true, value };
        } finally {
          leave();
        }
      },
    };
  }

  async *#streamAnew(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    const model = await this.#open(this.#definition);
    try {
      yield* model.stream(request, signal);
    } finally {
      await closeModel(model);
    }
  }
}

async function closeModel(model: ChatModel | ClosableChatModel): Promise<void> {
  if ("close" in model) await model.close();
}
