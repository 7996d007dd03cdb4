import { renderTemplate, streamParts } from "../language/template.ts";
import { MAX_VALUE_SIZE } from "../language/value-size.ts";
import { NodeError } from "../node-error.ts";
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
  let length = 0;
  const counted = (piece: string): string => {
    length += piece.length;
    if (length <= MAX_VALUE_SIZE) return piece;
    throw new NodeError("expression_failed", `a text becomes longer than ${MAX_VALUE_SIZE} characters`);
  };
  for (const part of parts) {
    const stream = "path" in part ? streamAt(frame, part.path) : undefined;
    if (stream !== undefined) for await (const piece of stream.pieces()) yield counted(piece);
    else if ("text" in part) yield counted(part.text);
    else yield counted(renderTemplate(`{{ ${part.path.join(".")} }}`, scope));
  }
}

function streamAt(frame: Frame, path: readonly string[]) {
  const [nodeId = "", output] = path;
  const step = frame.streamOf(nodeId);
  return path.length === 2 && output === step?.compiled.description.streams ? step?.stream : undefined;
}
