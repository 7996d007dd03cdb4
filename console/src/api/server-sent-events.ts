/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** `message` where the server gave no name. */
  event: string;
  data: string;
  /** The last id that was sent. */
  id: string | undefined;
}

/** The events of a response, as they come. */
export async function* readServerSentEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  if (response.body === null) return;
  let rest = "";
  let id: string | undefined;
  for await (const text of textsOf(response.body)) {
    const blocks = (rest + text.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = readBlock(block);
      id = event.id ?? id;
      if (event.data !== undefined) yield { event: event.event, data: event.data, id };
    }
  }
}

/** Safari's streams are no iterables. */
async function* textsOf(bytes: ReadableStream<BufferSource>): AsyncGenerator<string> {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    // One that broke, or was aborted, rejects with what its reader has been told.
    reader.cancel().catch(() => {});
  }
}

function readBlock(block: string): { event: string; data: string | undefined; id: string | undefined } {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id") id = value;
  }
  return { event, data: data.length === 0 ? undefined : data.join("\n"), id };
}
