/** What becomes of an order: 12 nodes with branches side by side, a loop, a slow model, and calls that have effects. */

/** Over this much it is charged, which must never happen twice; what is not is credited. */
export const CHARGED_ABOVE = 100;

const MODEL_SECONDS = 20;

/** `base` is where all calls go. */
export function orderGraph(base: string, afterCrash: "fail" | "pause") {
  const call = (id: string, path: string, body: object, more: object) => ({
    ...{
      id,
      type: "http",
      url: `${base}/${path}`,
      inputs: { body: { order: { ref: "start.order" }, ...body } },
    },
    ...more,
  });
  return {
    version: 1,
    afterCrash,
    nodes: [
      {
        id: "start",
        type: "start",
        inputs: [
          { name: "order", type: "string", required: true },
          { name: "amount", type: "integer", required: true },
          { name: "items", type: "string", required: true },
        ],
        next: ["plan", "think"],
      },
      {
        id: "plan",
        type: "text",
        operation: "split",
        separator: ",",
        inputs: { text: { ref: "start.items" } },
        next: "each",
      },
      {
        id: "each",
        type: "loop",
        over: "list",
        inputs: { items: { ref: "plan.items" } },
        variables: { lines: "" },
        set: { lines: { cel: "loop.variables.lines + line.text + string(stock.body.left) + ';'" } },
        body: [
          { id: "line", type: "text", template: "{{ loop.index }}:{{ loop.item }}=", next: "stock" },
          call("stock", "stock", { item: { ref: "loop.item" } }, { method: "PUT", idempotent: true }),
        ],
        next: "route",
      },
      {
        id: "think",
        type: "llm",
        prompt: "{{ start.order }} {{ start.amount }}",
        timeoutSeconds: MODEL_SECONDS,
        next: "route",
      },
      {
        id: "route",
        type: "condition",
        branches: [{ port: "much", when: `start.amount > ${CHARGED_ABOVE}` }],
        next: { much: "charge", else: "credit" },
      },
      call("charge", "charge", { amount: { ref: "start.amount" } }, { method: "POST", next: "settled" }),
      call(
        "credit",
        "credit",
        { amount: { ref: "start.amount" } },
        { method: "POST", idempotent: true, next: "settled" },
      ),
      {
        id: "settled",
        type: "aggregate",
        inputs: { receipt: [{ ref: "charge.body.receipt" }, { ref: "credit.body.receipt" }] },
        next: "log",
      },
      call(
        "log",
        "log",
        { text: { template: "{{ settled.receipt }} {{ think.text }}" } },
        { method: "POST", idempotent: true, next: "done" },
      ),
      {
        id: "done",
        type: "end",
        outputs: {
          order: { ref: "start.order" },
          receipt: { ref: "settled.receipt" },
          lines: { ref: "each.variables.lines" },
          words: { ref: "think.text" },
          logged: { ref: "log.body.length" },
        },
      },
    ],
  };
}

export interface Order {
  order: string;
  amount: number;
  items: string;
}

export const isCharged = ({ amount }: Order): boolean => amount > CHARGED_ABOVE;

/** What the other side answers to each call. */
export function answerTo(path: string, body: Record<string, unknown>): Record<string, unknown> {
  if (path === "/stock") return { left: String(body["item"]).length };
  if (path === "/log") return { length: String(body["text"]).length };
  return { receipt: `${path}:${body["order"]}:${body["amount"]}` };
}

/** What the model says. */
export function wordsFor(prompt: string): string[] {
  return prompt.split("").map((letter) => `${letter}.`);
}

/** What an undisturbed run gives. */
export function outputOf(order: Order): Record<string, unknown> {
  const receipt = answerTo(isCharged(order) ? "/charge" : "/credit", { ...order })["receipt"];
  const words = wordsFor(`${order.order} ${order.amount}`).join("");
  const lines = order.items
    .split(",")
    .map((item, index) => `${index}:${item}=${item.length};`)
    .join("");
  return { order: order.order, receipt, lines, words, logged: `${receipt} ${words}`.length };
}
