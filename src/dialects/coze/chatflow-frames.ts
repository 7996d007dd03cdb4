import type { TurnReader } from "../../chat/turn-log.ts";
import { generatedFrames } from "../../http/generated-frames.ts";
import type { FrameSource } from "../../http/route.ts";
import { DONE, type FrameContext, frame, turnFrames } from "./turn-frames.ts";

/**
 * The frames of a chat that a workflow answers: those of any chat, with an object in the last one, which is asked for
 * when everything else was told. Source: spec page §8.2.
 */
export function chatflowFrames(
  reader: TurnReader,
  context: FrameContext,
  done: () => Promise<object>,
): FrameSource {
  return generatedFrames(withDone(turnFrames(reader, context), done));
}

async function* withDone(
  frames: FrameSource,
  done: () => Promise<object>,
): AsyncGenerator<string, void, undefined> {
  for (;;) {
    const next = frames.next();
    if (next === null) return;
    if (next === undefined) await woken(frames);
    else yield next === DONE ? frame("done", await done()) : next;
  }
}

function woken(frames: FrameSource): Promise<void> {
  return new Promise((resolve) => {
    const end = frames.subscribe(() => {
      end();
      resolve();
    });
  });
}
