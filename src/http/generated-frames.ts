import type { FrameSource } from "./route.ts";

/**
 * Frames of an asynchronous generator: the next one is made when the one before has been taken, so at most one is held
 * for a slow reader. When nobody reads any more the generator is ended. What it fails with breaks the stream off.
 */
export function generatedFrames(frames: AsyncGenerator<string, void, undefined>): FrameSource {
  let ready: string | undefined;
  let failure: { error: unknown } | undefined;
  let isMaking = false;
  let isDone = false;
  let wake = () => {};
  const make = async () => {
    isMaking = true;
    try {
      const { done, value } = await frames.next();
      if (done === true) isDone = true;
      else ready = value;
    } catch (error) {
      failure = { error };
    }
    isMaking = false;
    wake();
  };
  return {
    next() {
      if (failure !== undefined) throw failure.error;
      const frame = ready;
      ready = undefined;
      if (!isMaking && !isDone) void make();
      return frame ?? (isDone ? null : undefined);
    },
    subscribe(listener) {
      wake = listener;
      return () => {
        wake = () => {};
        void frames.return().catch(() => {});
      };
    },
  };
}
