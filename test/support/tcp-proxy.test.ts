import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let echo: Server;
let proxy: TcpProxy;
let accepted: Socket[];

beforeEach(async () => {
  accepted = [];
  echo = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => {}).pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await startTcpProxy({ port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

function dial() {
  const socket = connect(proxy.port, "127.0.0.1");
  const seen = { text: "", end: "" };
  socket.on("data", (bytes) => {
    seen.text += bytes;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    seen.end = error.code ?? "";
  });
  socket.on("close", () => {
    seen.end ||= "closed";
  });
  return { socket, seen };
}

test("what is sent comes back, later when it is told to be late", async () => {
  const { socket, seen } = dial();
  socket.write("a");
  await eventually(() => expect(seen.text).toBe("a"));
  proxy.setMode({ delayMs: 100 });
  const before = performance.now();
  socket.write("b");
  await eventually(() => expect(seen.text).toBe("ab"));
  expect(performance.now() - before).toBeGreaterThan(190);
});

test("half open: nothing goes through, not even an end, until it is mended", async () => {
  const { socket, seen } = dial();
  socket.write("a");
  await eventually(() => expect(seen.text).toBe("a"));
  proxy.setMode("half-open");
  socket.write("b");
  const other = dial();
  await once(other.socket, "connect");
  other.socket.write("x");
  await eventually(() => expect(proxy.connections).toBe(2));
  expect(seen).toEqual({ text: "a", end: "" });
  proxy.setMode("pass");
  await eventually(() => expect(seen.text).toBe("ab"));
  await eventually(() => expect(other.seen.text).toBe("x"));
});

test("half open: the server keeps a connection whose client has gone", async () => {
  const { socket, seen } = dial();
  socket.write("a");
  await eventually(() => expect(seen.text).toBe("a"));
  proxy.setMode("half-open");
  socket.destroy();
  await eventually(() => expect(seen.end).toBe("closed"));
  expect(accepted[0]?.destroyed).toBe(false);
  proxy.setMode("pass");
  await eventually(() => expect(accepted[0]?.destroyed).toBe(true));
  await eventually(() => expect(proxy.connections).toBe(0));
});

test.each([
  ["drop", "closed"],
  ["reset", "ECONNRESET"],
] as const)("%s ends connections, and new ones at once", async (mode, end) => {
  const { socket, seen } = dial();
  socket.write("a");
  await eventually(() => expect(seen.text).toBe("a"));
  proxy.setMode(mode);
  await eventually(() => expect(seen.end).toBe(end));
  const later = dial();
  await eventually(() => expect(later.seen.end).not.toBe(""));
  proxy.setMode("pass");
  const again = dial();
  again.socket.write("c");
  await eventually(() => expect(again.seen.text).toBe("c"));
});
