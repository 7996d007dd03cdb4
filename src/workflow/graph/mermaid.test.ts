import { expect, it } from "vitest";
import { mermaidOf } from "./mermaid.ts";

it("a graph is drawn with its ports, bodies and failures, and names stay text", () => {
  const picture = mermaidOf({
    nodes: [
      { id: "start", type: "start", next: "check" },
      {
        id: "check",
        type: "condition",
        title: '退款 "大" <script>',
        next: { yes: ["each", "end"], error: "end" },
      },
      { id: "each", type: "loop", next: "end", body: [{ id: "work", type: "text" }] },
      { id: "end", type: "end" },
    ],
  });
  expect(picture.split("\n")).toEqual([
    "flowchart TD",
    '  n_start(["start<br/><small>start</small>"])',
    '  n_check{"退款 #34;大#34; #60;script#62;<br/><small>condition</small>"}',
    '  subgraph n_each["each<br/><small>loop</small>"]',
    '    n_work["work<br/><small>text</small>"]',
    "  end",
    '  n_end(["end<br/><small>end</small>"])',
    "  n_start --> n_check",
    '  n_check -->|"yes"| n_each',
    '  n_check -->|"yes"| n_end',
    '  n_check -.->|"error"| n_end',
    "  n_each --> n_end",
  ]);
});
