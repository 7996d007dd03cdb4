import type { EndpointFormat, EndpointFormats } from "../../callbacks/formats.ts";

const FORMAT: EndpointFormat = {
  render: ({ id, type, data }) => ({ wireId: `event-${id}`, text: JSON.stringify({ id, type, data }) }),
  headers: () => ({ "content-type": "application/json" }),
  timeoutMs: ({ timeoutMs }) => timeoutMs,
  isDelivered: (status) => status >= 200 && status < 300,
};

/** Formats of the tests' own: bodies are our events, verdicts are JSON of ours. */
export const FORMATS: EndpointFormats = {
  standard: FORMAT,
  insight: FORMAT,
  coze: FORMAT,
  "coze-channel": {
    ...FORMAT,
    readVerdict(body) {
      if (!body.startsWith("{")) return undefined;
      const verdict = JSON.parse(body);
      return ["approved", "rejected", "auditing"].includes(verdict.status) ? verdict : undefined;
    },
  },
};
