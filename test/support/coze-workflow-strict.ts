import { z } from "zod";
import { workflowInterrupt } from "./coze-shapes.ts";

/** One event of a workflow's stream. */
export interface WorkflowFrame {
  id: string;
  event: string;
  /** As it stands after the colon, without spaces around it. */
  data: string;
}

const PYTHON_LINE_END = new RegExp(
  `\r\n|[\n\r\v\f${String.fromCharCode(0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029)}]`,
);

const FIELDS = ["id", "event", "data"] as const;

/**
 * Reads as the Python SDK does: three lines per event, each field once, anything else is an error. Throws what is wrong.
 * Source: spec page §1.4.
 */
function readLikePython(text: string): WorkflowFrame[] {
  const frames: WorkflowFrame[] = [];
  let fields: Partial<WorkflowFrame> = {};
  for (const line of text.split(PYTHON_LINE_END)) {
    if (line.trim() === "") continue;
    const field = FIELDS.find((name) => line.startsWith(`${name}:`));
    if (field === undefined) throw new Error(`Python knows no line ${JSON.stringify(line)}`);
    if (fields[field] !== undefined) throw new Error(`Python finds "${field}" twice in one event`);
    fields[field] = line.slice(field.length + 1).trim();
    const { id, event, data } = fields;
    if (id === undefined || event === undefined || data === undefined) continue;
    frames.push({ id, event, data });
    fields = {};
  }
  if (Object.keys(fields).length > 0) throw new Error("Python waits for the rest of the last event");
  return frames;
}

/** Reads as the Go SDK does: after `id:` the next two lines, by position. Throws what is wrong. */
function readLikeGo(text: string): WorkflowFrame[] {
  const lines = text.split("\n");
  const frames: WorkflowFrame[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (!line.startsWith("id:")) {
      if (line.trim() !== "") throw new Error(`Go drops the line ${JSON.stringify(line)}`);
      continue;
    }
    const [event = "", data = ""] = [lines[index + 1], lines[index + 2]];
    index += 2;
    frames.push({ id: line.slice(3).trim(), event: event.slice(6).trim(), data: data.slice(5).trim() });
  }
  return frames;
}

const count = z.int().min(0);
const usage = z.object({ input_count: count, output_count: count, token_count: count });
/** What each event carries. Source: spec page §8.1. */
const EVENTS: Record<string, z.ZodType> = {
  Message: z.object({
    content: z.string(),
    node_title: z.string(),
    node_seq_id: z.string().regex(/^\d+$/),
    node_is_finish: z.boolean(),
    node_id: z.string().optional(),
    node_execute_uuid: z.string().optional(),
    content_type: z.string().optional(),
    usage: usage.optional(),
    ext: z.record(z.string(), z.unknown()).optional(),
    token: count.optional(),
    cost: z
      .string()
      .regex(/^\d+\.\d{2,}$/)
      .optional(),
  }),
  Interrupt: z.object({ interrupt_data: workflowInterrupt, node_title: z.string() }),
  Error: z.object({ error_code: z.int().min(1), error_message: z.string().min(1) }),
  Done: z.object({ debug_url: z.string().min(1).optional() }),
  PING: z.strictObject({}),
};

/**
 * The first thing in a workflow's stream that one of the SDKs could not read, or that is out of order; undefined: nothing
 * is. `isWhole`: the reader stayed to the end.
 */
export function workflowStreamProblem(text: string, { isWhole }: { isWhole: boolean }): string | undefined {
  const whole = isWhole ? text : text.slice(0, text.lastIndexOf("\n\n") + 2);
  try {
    const frames = readLikeGo(whole);
    if (JSON.stringify(readLikePython(whole)) !== JSON.stringify(frames))
      return "Python and Go read different events";
    if (!/^(id: ?\d+\nevent: ?\w+\ndata: ?[^\n]+\n\n)*$/.test(whole))
      return "not id, event, data, blank line throughout";
    return orderProblem(frames, isWhole);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function orderProblem(frames: WorkflowFrame[], isWhole: boolean): string | undefined {
  const sequences = new Map<string, number>();
  for (const [index, { id, event, data }] of frames.entries()) {
    if (id !== String(index)) return `event ${index} has the id ${id}`;
    const before = frames[index - 1]?.event;
    if (before === "Done" || before === "Error") return `${event} after ${before}`;
    if (before === "Interrupt" && event !== "Interrupt" && event !== "Message")
      return `${event} after Interrupt`;
    const schema = EVENTS[event];
    if (schema === undefined) return `an event ${event} that is not in the list`;
    const value: unknown = JSON.parse(data);
    const parsed = schema.safeParse(value);
    if (!parsed.success) return `${event}: ${parsed.error.message}`;
    if (event !== "Message") continue;
    const { node_execute_uuid: step, node_seq_id: sequence } = value as Record<string, string>;
    const expected = sequences.get(step ?? "") ?? 0;
    if (sequence !== String(expected)) return `message ${sequence} of a node comes where ${expected} is due`;
    sequences.set(step ?? "", expected + 1);
  }
  const last = frames.at(-1)?.event;
  const isEnd = last === "Done" || last === "Error" || last === "Interrupt";
  return isWhole && !isEnd ? `the stream ends with ${last ?? "nothing"}` : undefined;
}
