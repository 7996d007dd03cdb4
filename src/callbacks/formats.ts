import type { KeyObject } from "node:crypto";
import type { Verdict } from "../domain/channel.ts";
import type { Delivery, Endpoint, EndpointKind } from "../domain/endpoint.ts";
import type { EventType, ProductEvent } from "../domain/event.ts";

/** How one kind of endpoint is spoken to. The dialects have those of their families; `standard` is ours. */
export interface EndpointFormat {
  /**
   * The event as it is sent, the same bytes in every attempt. `wireId` is what receivers recognise it by. Undefined:
   * this endpoint is not told of this event. `headers` (names in lower case) go along with every attempt; `orderKey`
   * takes the place of the subject where the endpoint asks for order.
   */
  render(
    event: ProductEvent,
    endpoint: Endpoint,
  ): { wireId: string; text: string; headers?: Record<string, string>; orderKey?: string } | undefined;
  /** Headers of one attempt, the signature and `content-type` among them; names in lower case. */
  headers(attempt: SignedAttempt): Record<string, string>;
  /** Longest whole exchange for this event. */
  timeoutMs(endpoint: Endpoint, eventType: EventType): number;
  /** Longest time for the connection alone. Absent: five seconds. */
  readonly connectTimeoutMs?: number;
  /** Whether an HTTP status in the two hundreds means that it was delivered; others never do. */
  isDelivered(status: number): boolean;
  /** Most attempts after an answer with this status. Absent, or undefined: as many as the schedule has. */
  attemptLimit?(status: number): number | undefined;
  /** Longest wait, in milliseconds, that a receiver may ask for. Absent: ten hours. */
  readonly retryAfterLimitMs?: number;
  /** What is sent to an address before it is saved, and the check of the answer. Absent: nothing is. */
  handshake?(endpoint: Endpoint): Handshake;
  /** Reads the answer of a channel's server. Undefined: it is no verdict. Only of kinds that are asked for one. */
  readVerdict?(body: string): Verdict | undefined;
}

/** What a signature is made of. */
export interface SignedAttempt {
  delivery: Pick<Delivery, "id" | "eventId" | "eventType" | "wireId" | "hasGap">;
  /** 1 for the first. */
  number: number;
  body: string;
  /** Those that `render` made; names in lower case. */
  bodyHeaders: Readonly<Record<string, string>>;
  at: Date;
  /** Decrypted, those that have not expired, newest first. */
  secrets: readonly string[];
  /** Private keys of the installation, newest first. Absent: the endpoint wants no signature with them. */
  signingKeys?: readonly KeyObject[];
}

/** A question that proves that an address wants our events. */
export interface Handshake {
  wireId: string;
  text: string;
  timeoutMs: number;
  isAnswered(answer: { status: number; body: string }): boolean;
}

export type EndpointFormats = Readonly<Record<EndpointKind, EndpointFormat>>;
