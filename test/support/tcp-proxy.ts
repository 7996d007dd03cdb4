import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * What happens to the bytes:
 * `pass`: nothing. `half-open`: connections stay, nothing goes through in either direction, not even an end, until
 * the mode changes; then everything arrives, as after a network was cut and mended. `drop`: connections are closed, new
 * ones at once. `reset`: the same with a TCP reset. `delay`: everything arrives so much later, in order.
 */
export type ProxyMode = "pass" | "half-open" | "drop" | "reset" | { delayMs: number };

/** Stands between a client and a TCP server of 127.0.0.1. */
export interface TcpProxy {
  readonly port: number;
  /** The address with this proxy in the place of its server. */
  through(address: string): string;
  setMode(mode: ProxyMode): void;
  /** Connections of clients that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to `port` of 127.0.0.1. Knows no back pressure. */
export async function startTcpProxy(target: { port: number }): Promise<TcpProxy> {
  let mode: ProxyMode = "pass";
  /** What is to be done when the network is whole again. */
  const held: (() => void)[] = [];
  const pairs = new Set<readonly [Socket, Socket]>();

  const carry = (work: () => void) => {
    if (mode === "half-open") held.push(work);
    else if (typeof mode === "object") setTimeout(work, mode.delayMs);
    else work();
  };
  const relay = (from: Socket, to: Socket) => {
    from.on("data", (bytes) => carry(() => to.write(bytes)));
    from.on("end", () => carry(() => to.end()));
    // The other side hears of it by "close".
    from.on("error", () => {});
    from.on("close", () => carry(() => to.destroy()));
  };
  const cut = (pair: readonly [Socket, Socket]) => {
    for (const socket of pair) {
      if (mode === "drop") socket.destroy();
      else if (mode === "reset") socket.resetAndDestroy();
    }
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    relay(client, upstream);
    relay(upstream, client);
    for (const socket of pair) {
      socket.on("close", () => {
        if (pair.every((one) => one.destroyed)) pairs.delete(pair);
      });
    }
    cut(pair);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    through(address) {
      const url = new URL(address);
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    setMode(next) {
      mode = next;
      for (const pair of pairs) cut(pair);
      if (mode !== "half-open") for (const work of held.splice(0)) work();
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await closed;
    },
  };
}
