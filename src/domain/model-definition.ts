import type { ModelParameters } from "./agent.ts";

/** One configured model: everything needed to open it. `apiKey` and `headers` are secrets. */
export type ModelDefinition =
  | OpenAiCompatibleDefinition
  | AiSdkDefinition
  | { provider: "extractive"; name: string };

interface CommonDefinition {
  /** Unique in the installation; agents refer to it. */
  name: string;
  /** The vendor's name of the model. */
  model: string;
  apiKey?: string | undefined;
  /** Money per million tokens. Absent: unknown, no cost is computed. */
  prices?: { input: number; output: number; currency: string } | undefined;
  /** Used where the agent leaves a parameter out. */
  parameters?: ModelParameters | undefined;
  /** Attempts after the first, made only before any part of an answer came. Absent: 2. */
  retries?: number | undefined;
  /** Sent with every request. */
  headers?: Record<string, string> | undefined;
  /** Absent: 10,000 to connect, 120,000 until the headers, 120,000 between bytes. 0 waits for ever. */
  timeouts?:
    | {
        connectMs?: number | undefined;
        firstByteMs?: number | undefined;
        betweenBytesMs?: number | undefined;
      }
    | undefined;
}

/** Any server that speaks OpenAI's chat completions. */
interface OpenAiCompatibleDefinition extends CommonDefinition {
  provider: "openai-compatible";
  /** Up to and without `/chat/completions`; usually ends in `/v1`. */
  baseUrl: string;
  /** Merged into every request body, over the fields we send. */
  extraBody?: Record<string, unknown> | undefined;
  /** False for servers that refuse `stream_options`; they then report no usage. Absent: true. */
  includeUsage?: boolean | undefined;
  /** Name of the field with the output limit. Absent: `max_tokens`. */
  maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
}

/** A vendor with an API of its own, spoken through an installed `@ai-sdk/*` package. */
interface AiSdkDefinition extends CommonDefinition {
  /** `anthropic`, `google`, or the full name of a package. */
  provider: "anthropic" | "google" | `@ai-sdk/${string}`;
  /** Absent: the vendor's own address. */
  baseUrl?: string | undefined;
}
