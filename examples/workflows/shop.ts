import { createServer } from "node:http";
import { parseArgs } from "node:util";

/** A shop that the refund example talks to: it knows three orders, and pays each back once. */
const ORDERS: Record<string, { days: number; amount: number }> = {
  A1001: { days: 3, amount: 89 },
  A1002: { days: 12, amount: 640 },
  A1003: { days: 45, amount: 120 },
};
const refunds = new Map<string, string>();

const { values } = parseArgs({ options: { port: { type: "string", default: "4310" } } });

const server = createServer(async (request, response) => {
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const [, number = ""] = /^\/orders\/([^/]+)$/.exec(request.url ?? "") ?? [];
  const order = ORDERS[decodeURIComponent(number)];
  if (request.method === "GET" && order !== undefined) return answer(200, order);
  if (request.method !== "POST" || request.url !== "/refunds") return answer(404, { error: "no such order" });
  let text = "";
  for await (const part of request) text += part;
  const { order: asked }: { order: string } = JSON.parse(text);
  const refund = refunds.get(asked) ?? `R-${refunds.size + 1}`;
  refunds.set(asked, refund);
  process.stdout.write(
    `refund ${refund} of order ${asked}, asked with the key ${request.headers["idempotency-key"]}\n`,
  );
  return answer(201, { refund });
});

server.listen(Number(values.port), "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") {
    process.stdout.write(`shop at http://127.0.0.1:${address.port}\n`);
  }
});
