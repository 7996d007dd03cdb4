import { inspect } from "node:util";

/** The other end of `startChild`: says hello, then answers every message. Ends with the process that started it. */
export function serveParent(hello: unknown, answer: (message: unknown) => Promise<unknown>): void {
  process.on("message", (message) => {
    answer(message).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: inspect(error) }),
    );
  });
  process.once("disconnect", () => process.exit());
  process.send?.(hello);
}
