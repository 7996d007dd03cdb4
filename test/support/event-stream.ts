/** A streamed reply as it arrives, in payloads that tell their event. */
export interface EventStream<Payload extends { event: string }> {
  status: number;
  headers: Headers;
  /** Everything received so far, byte for byte. */
  readonly raw: string;
  /** Payloads received so far. */
  readonly payloads: Payload[];
  /** Payloads as they come; ends with the stream. */
  next(): Promise<Payload | undefined>;
  /** Reads on until a payload of this event, which it returns; fails when the stream ends first. */
  until(event: string): Promise<Payload>;
  /** Reads to the end and returns all payloads. */
  all(): Promise<Payload[]>;
  /** Hangs up. */
  hangUp(): void;
}

/** Reads the body of a response; `parse` gets frames, without the blank line that ends them. */
export function readEventStream<Payload extends { event: string }>(
  response: Response,
  controller: AbortController,
  parse: (frame: string) => Payload,
): EventStream<Payload> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("a reply without a body is no stream");
  const decoder = new TextDecoder();
  const payloads: Payload[] = [];
  let raw = "";
  let parsed = 0;
  let delivered = 0;
  const parseFrames = () => {
    for (;;) {
      const end = raw.indexOf("\n\n", parsed);
      if (end < 0) return;
      payloads.push(parse(raw.slice(parsed, end)));
      parsed = end + 2;
    }
  };
  const stream: EventStream<Payload> = {
    status: response.status,
    headers: response.headers,
    get raw() {
      return raw;
    },
    payloads,
    async next() {
      while (delivered >= payloads.length) {
        const chunk = await reader.read();
        if (chunk.done) return undefined;
        raw += decoder.decode(chunk.value, { stream: true });
        parseFrames();
      }
      return payloads[delivered++];
    },
    async until(event) {
      for (;;) {
        const payload = await stream.next();
        if (payload === undefined) throw new Error(`the stream ended before "${event}": ${raw}`);
        if (payload.event === event) return payload;
      }
    },
    async all() {
      while ((await stream.next()) !== undefined);
      return payloads;
    },
    hangUp: () => controller.abort(),
  };
  return stream;
}

/** What stands after `name:` in a frame; empty when it has no such line. */
export function fieldOf(frame: string, name: string): string {
  return (
    frame
      .split("\n")
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ""
  );
}
