import type { FrameSource } from "../../src/http/route.ts";

/** A frame source that a test fills by hand. One reader. */
export class FrameQueue implements FrameSource {
  readonly #frames: (string | null)[] = [];
  #wake: (() => void) | undefined;
  /** Frames taken so far. */
  taken = 0;
  isSubscribed = false;

  /** Adds frames; `null` is the end. */
  push(...frames: (string | null)[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#wake?.();
    }
  }

  next(): string | undefined | null {
    const frame = this.#frames.shift();
    if (typeof frame === "string") this.taken += 1;
    return frame;
  }

  subscribe(wake: () => void): () => void {
    this.#wake = wake;
    this.isSubscribed = true;
    return () => {
      this.#wake = undefined;
      this.isSubscribed = false;
    };
  }
}
