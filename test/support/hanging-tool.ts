import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A tool that takes every call and answers none. */
export interface HangingTool {
  readonly url: string;
  /** Calls whose connections are open. */
  readonly open: number;
  close(): void;
}

export async function startHangingTool(): Promise<HangingTool> {
  let open = 0;
  const listener = createServer((_, response) => {
    open += 1;
    response.once("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/look`,
    get open() {
      return open;
    },
    close() {
      listener.close();
      listener.closeAllConnections();
    },
  };
}
