import type { KindCases } from "./kind-cases.ts";

const value = { ref: "start.value" };
const end = (outputs: Record<string, unknown>) => ({ id: "end", type: "end", outputs });
const fails = (code: string) => ({ run: { status: "failed", error: { code, nodeId: "it" } } });
const gives = (output: unknown) => ({ run: { status: "completed", output } });

/** Kinds that other nodes hang on: where runs begin, branch, turn, wait and end. */
export const FLOW_CASES: Record<string, KindCases> = {
  start: {
    normal: {
      given: { nodes: [end({ got: value })], value: { a: ["{{ x }}"] } },
      ...gives({ got: { a: ["{{ x }}"] } }),
    },
    edge: { given: { nodes: [end({ got: value })], value: 0 }, ...gives({ got: 0 }) },
    failing: {
      given: { nodes: [end({ got: value })], value: "x".repeat(1_000_001) },
      refused: { code: "request_invalid", field: "input" },
    },
  },
  trigger: {
    normal: {
      given: {
        nodes: [
          { id: "it", type: "trigger", on: ["receive-text-message"], next: "end" },
          end({ said: { ref: "it.text" } }),
        ],
        trigger: { type: "receive-text-message", payload: { text: "{{ 7 * 7 }}" } },
      },
      ...gives({ said: "{{ 7 * 7 }}" }),
    },
    edge: {
      given: {
        nodes: [
          { id: "it", type: "trigger", event: "paid", filter: "trigger.data.amount > 10.0", next: "end" },
          end({ amount: { ref: "it.data.amount" } }),
        ],
        trigger: {
          type: "canvas-event-trigger",
          payload: { eventId: "e1", eventName: "paid", data: { amount: 5 } },
        },
      },
      run: { status: "completed", stepCount: 1 },
    },
    failing: {
      given: {
        nodes: [{ id: "it", type: "trigger", on: ["new-friend"] }],
        trigger: { type: "tag-event", payload: { tagId: "t", operation: "ADD" } },
      },
      refused: { code: "trigger_not_subscribed" },
    },
  },
  message: {
    normal: {
      given: { nodes: [{ id: "it", type: "message", text: "Hi {{ start.value }}" }], value: "{{ x }}" },
      step: { said: "Hi {{ x }}", output: { text: "Hi {{ x }}" } },
    },
    edge: {
      given: {
        nodes: [
          { id: "llm", type: "llm", prompt: "{{ start.value }}", next: "it" },
          { id: "it", type: "message", text: "<{{ llm.text }}>", stream: true },
        ],
        model: ["seven days"],
      },
      step: { said: "<seven days>" },
    },
    failing: {
      given: { nodes: [{ id: "it", type: "message", text: "{{ start.value | unheard }}" }] },
      invalid: "it.text",
    },
  },
  end: {
    normal: {
      given: {
        nodes: [{ id: "it", type: "end", outputs: { n: value }, answer: "It is {{ start.value }}." }],
        value: 7,
      },
      run: { status: "completed", output: { n: 7 }, answer: "It is 7." },
    },
    edge: {
      given: { nodes: [{ id: "it", type: "end" }] },
      run: { status: "completed", output: {} },
    },
    failing: {
      given: { nodes: [{ id: "it", type: "end", outputs: { n: { cel: "1 / start.value" } } }], value: 0 },
      ...fails("expression_failed"),
    },
  },
  condition: {
    normal: {
      given: {
        nodes: [
          {
            id: "it",
            type: "condition",
            branches: [
              { port: "large", when: "start.value > 100.0" },
              { port: "small", all: [{ left: value, operator: "lt", right: 10 }] },
            ],
            next: { large: "end", small: "end", else: "end" },
          },
          end({ port: { ref: "it.port" } }),
        ],
        value: 7,
      },
      ...gives({ port: "small" }),
    },
    edge: {
      given: {
        nodes: [
          {
            id: "it",
            type: "condition",
            branches: [{ port: "yes", any: [{ left: value, operator: "contains", right: "a" }] }],
            next: { yes: "end" },
          },
          end({}),
        ],
        value: "bcd",
      },
      run: { status: "completed", stepCount: 2 },
      step: { port: "else" },
    },
    failing: {
      given: {
        nodes: [
          {
            id: "it",
            type: "condition",
            branches: [{ port: "yes", when: "start.value.a.b > 1.0" }],
            next: { yes: "end" },
          },
          end({}),
        ],
        value: "text",
      },
      ...fails("expression_failed"),
    },
  },
  loop: {
    normal: {
      given: {
        nodes: [
          {
            id: "it",
            type: "loop",
            over: "list",
            inputs: { items: value },
            variables: { sum: 0 },
            set: { sum: { cel: "loop.variables.sum + loop.item" } },
            outputs: { doubled: { cel: "loop.item * 2.0" } },
            body: [{ id: "say", type: "text", template: "{{ loop.index }}" }],
            next: "end",
          },
          end({ list: { ref: "it.doubled" }, sum: { ref: "it.variables.sum" } }),
        ],
        value: [1, 2, 3],
      },
      ...gives({ list: [2, 4, 6], sum: 6 }),
    },
    edge: {
      given: {
        nodes: [
          {
            id: "it",
            type: "loop",
            over: "count",
            inputs: { count: 5 },
            body: [
              {
                id: "when",
                type: "condition",
                branches: [{ port: "stop", when: "loop.index == 2" }],
                next: { stop: "out" },
              },
              { id: "out", type: "break" },
            ],
          },
        ],
      },
      step: { output: { turns: 3 } },
    },
    failing: {
      given: {
        nodes: [
          {
            id: "it",
            type: "loop",
            over: "while",
            while: "true",
            maxTurns: 3,
            body: [{ id: "say", type: "text", template: "x" }],
          },
        ],
      },
      run: { status: "failed", error: { code: "run_limit" } },
    },
  },
  batch: {
    normal: {
      given: {
        nodes: [
          {
            id: "it",
            type: "batch",
            atOnce: 2,
            inputs: { items: value },
            outputs: { texts: { ref: "say.text" } },
            body: [{ id: "say", type: "text", template: "{{ batch.index }}:{{ batch.item }}" }],
            next: "end",
          },
          end({ texts: { ref: "it.texts" }, count: { ref: "it.count" } }),
        ],
        value: ["a", "b", "c"],
      },
      ...gives({ texts: ["0:a", "1:b", "2:c"], count: 3 }),
    },
    edge: {
      given: {
        nodes: [
          {
            id: "it",
            type: "batch",
            inputs: { items: value },
            onItemError: "null",
            outputs: { halves: { ref: "half.n" } },
            body: [
              {
                id: "half",
                type: "aggregate",
                inputs: { n: [{ cel: "10.0 / batch.item" }] },
              },
            ],
            next: "end",
          },
          end({ halves: { ref: "it.halves" }, errors: { cel: "size(it.errors)" } }),
        ],
        value: [2, 0, 5],
      },
      ...gives({ halves: [5, null, 2], errors: 1 }),
    },
    failing: {
      given: {
        nodes: [
          {
            id: "it",
            type: "batch",
            inputs: { items: value },
            body: [{ id: "say", type: "text", template: "x" }],
          },
        ],
        value: "no list",
      },
      ...fails("input_invalid"),
    },
  },
  break: {
    normal: {
      given: {
        nodes: [
          {
            id: "each",
            type: "loop",
            over: "list",
            inputs: { items: value },
            body: [{ id: "it", type: "break" }],
            next: "end",
          },
          end({ turns: { ref: "each.turns" } }),
        ],
        value: [1, 2, 3],
      },
      ...gives({ turns: 1 }),
    },
    edge: {
      given: {
        nodes: [
          {
            id: "each",
            type: "loop",
            over: "count",
            inputs: { count: 2 },
            body: [
              {
                id: "when",
                type: "condition",
                branches: [{ port: "stop", when: "false" }],
                next: { stop: "it" },
              },
              { id: "it", type: "break" },
            ],
            next: "end",
          },
          end({ turns: { ref: "each.turns" } }),
        ],
      },
      ...gives({ turns: 2 }),
    },
    failing: { given: { nodes: [{ id: "it", type: "break" }] }, invalid: "it" },
  },
  aggregate: {
    normal: {
      given: {
        nodes: [
          {
            id: "which",
            type: "condition",
            branches: [{ port: "a", when: "start.value == 'a'" }],
            next: { a: "one", else: "other" },
          },
          { id: "one", type: "text", template: "A", next: "it" },
          { id: "other", type: "text", template: "B", next: "it" },
          {
            id: "it",
            type: "aggregate",
            inputs: { text: [{ ref: "one.text" }, { ref: "other.text" }] },
            next: "end",
          },
          end({ text: { ref: "it.text" } }),
        ],
        value: "b",
      },
      ...gives({ text: "B" }),
    },
    edge: {
      given: {
        nodes: [
          { id: "it", type: "aggregate", inputs: { a: [null, value, 0] }, next: "end" },
          end({ a: { ref: "it.a" } }),
        ],
      },
      ...gives({ a: 0 }),
    },
    failing: {
      given: { nodes: [{ id: "it", type: "aggregate", inputs: { a: 1 } }] },
      invalid: "it.inputs.a",
    },
  },
  comment: {
    normal: {
      given: { nodes: [end({}), { id: "it", type: "comment", text: "Why {{ it }} is so." }] },
      run: { status: "completed", stepCount: 2 },
    },
    edge: { given: { nodes: [end({}), { id: "it", type: "comment" }] }, run: { status: "completed" } },
    failing: { given: { nodes: [{ id: "it", type: "comment", next: "end" }, end({})] }, invalid: "it.next" },
  },
  workflow: {
    normal: {
      given: {
        nodes: [
          { id: "it", type: "workflow", workflow: "greet", inputs: { name: value }, next: "end" },
          end({ said: { ref: "it.output.greeting" } }),
        ],
        value: "{{ x }}",
      },
      ...gives({ said: "Hello {{ x }}" }),
    },
    edge: {
      given: { nodes: [{ id: "it", type: "workflow", workflow: "greet", inputs: { other: 1 } }] },
      ...fails("input_invalid"),
    },
    failing: {
      given: { nodes: [{ id: "it", type: "workflow", workflow: "nowhere" }] },
      ...fails("workflow_not_found"),
    },
  },
  delay: {
    normal: {
      given: { nodes: [{ id: "it", type: "delay", inputs: { seconds: 0.05 }, next: "end" }, end({ n: 1 })] },
      ...gives({ n: 1 }),
    },
    edge: {
      given: { nodes: [{ id: "it", type: "delay", inputs: { seconds: 3_600 } }] },
      run: { status: "waiting", interrupts: [{ kind: "delay", nodeId: "it" }] },
    },
    failing: {
      given: { nodes: [{ id: "it", type: "delay", inputs: { seconds: value } }], value: -1 },
      ...fails("input_invalid"),
    },
  },
};
