import { renderTemplate, streamParts } from "../language/template.ts";
import type { Frame } from "./frame.ts";

/** What a template comes to, piece by piece: where it shows the text of a node that still writes, as that is written. */
export async function* streamTemplate(template: string, frame: Frame): AsyncIterable<string> {
  const parts = streamParts(template);
  const { scope } = frame.setup;
  const isStreamed =
    parts?.some((part) => "path" in part && streamAt(frame, part.path) !== undefined) === true;
  if (parts === undefined || !isStreamed) {
    const text = renderTemplate(template, scope);
    if (text !== "") yield text;
    return;
  }
  for (const part of parts) {
    const stream = "path" in part ? streamAt(frame, part.path) : undefined;
    if (stream !== undefined) yield* stream.pieces();
    else if ("text" in part) yield part.text;
    else yield renderTemplate(`{{ ${part.path.join(".")} }}`, scope);
  }
}

function streamAt(frame: Frame, path: readonly string[]) {
  const [nodeId = "", output] = path;
  const step = frame.streamOf(nodeId);
  return path.length === 2 && output === step?.compiled.description.streams ? step?.stream : undefined;
}
