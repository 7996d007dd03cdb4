import { z } from "zod";
import type { ModelParameters } from "../../domain/agent.ts";
import type { ValueType } from "../../domain/workflow.ts";
import { formatForModel } from "../../knowledge/knowledge.ts";
import type { ChatMessage } from "../../models/chat-model.ts";
import { inputsOfSchema, type JsonSchema, schemaProblems } from "../language/json-schema.ts";
import { NodeError } from "../node-error.ts";
import type { GraphSurroundings, NodeCall, NodeDescription, Source } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { imageUrls } from "../node-parts/image-urls.ts";
import { type JsonAnswer, jsonInstruction, readJsonAnswer } from "../node-parts/json-answer.ts";
import { type Completion, complete, modelOf, saidBefore } from "../node-parts/model-call.ts";
import { readPassages } from "../node-parts/passages.ts";
import { completeWithTools, type ServerTool } from "../node-parts/tool-loop.ts";

const members = z.strictObject({
  model: z.string().min(1).max(200).optional().describe("Name of a configured model. Absent: the first one."),
  system: z.string().max(100_000).optional().describe("Template: what the model is told to be and to do."),
  prompt: z.string().min(1).max(100_000).describe("Template: what the model is asked."),
  history: z
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe("Questions of the conversation before this one, with their answers, that the model sees too."),
  parameters: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      topP: z.number().min(0).max(1).optional(),
      topK: z.int().min(1).max(1_000).optional(),
      maxOutputTokens: z.int().min(1).max(1_000_000).optional(),
      presencePenalty: z.number().min(-2).max(2).optional(),
      frequencyPenalty: z.number().min(-2).max(2).optional(),
    })
    .default({})
    .describe("Of the model. Absent ones are as its server has them."),
  tools: z
    .array(z.string().min(1).max(64))
    .max(32)
    .default([])
    .describe("Tools of the graph that the model may call, by name; only those that this server calls."),
  steps: z
    .int()
    .min(1)
    .max(20)
    .default(8)
    .describe("Answers of the model within one run of the node; in the last one it may call no tool."),
  json: z
    .strictObject({ schema: z.record(z.string(), z.unknown()).describe("JSON Schema of an object.") })
    .optional()
    .describe("The model answers with an object of this schema, whose members are the outputs."),
  reasoning: z
    .boolean()
    .default(false)
    .describe("True: what the model thought is the output `reasoning`. Otherwise it is dropped."),
});

type Members = z.output<typeof members>;

export const llmNode = defineNode({
  type: "llm",
  category: "calculation",
  summary: "Asks a language model, which may call tools and see passages, pictures and what was said before.",
  example: {
    system: "You are the shop's assistant.",
    prompt: "{{ start.query }}",
    history: 5,
    inputs: { passages: { ref: "search.passages" } },
    next: "tell",
  },
  members,
  timeoutSeconds: 120,
  describe: (own, graph) => ({
    inputs: {
      passages: {
        type: "array",
        required: false,
        description: "What a knowledge node found; the model sees it as quoted material.",
      },
      images: {
        type: "array",
        items: { type: "file" },
        required: false,
        description: "Addresses of pictures, or `data:` URLs. Files that were uploaded here have neither.",
      },
    },
    outputs: outputsOf(own),
    sources: sourcesOf(own),
    hasEffects: toolsOf(own, graph.tools).some(({ method }) => method !== "GET"),
    problems: problemsOf(own, graph),
    ...(own.json === undefined && { streams: "text" }),
  }),
  run: async (call, own) => {
    const model = modelOf(call, own.model);
    const passages = readPassages(call.inputs["passages"]);
    const talk = {
      messages: await messagesOf(call, own, formatForModel(passages)),
      parameters: parametersOf(own),
      passages,
      tools: toolsOf(own, call.tools),
      steps: own.steps,
    };
    if (own.json === undefined) {
      let text = "";
      const said = await completeWithTools(call, model, talk, (piece) => {
        text += piece;
        call.say(piece);
      });
      return { kind: "done", outputs: { text, ...reasoningOf(own, said) } };
    }
    const { schema } = own.json;
    const said = await completeWithTools(call, model, talk);
    const answer = readJsonAnswer(said.text, schema);
    if ("value" in answer) return done(own, schema, answer.value, said);
    const repair: ChatMessage = {
      role: "user",
      text: `${answer.problem} Correct it. ${jsonInstruction(schema)}`,
      imageUrls: [],
    };
    const repaired = await complete(call, model, {
      messages: [...said.messages, repair],
      tools: [],
      parameters: talk.parameters,
      passages,
    });
    const second: JsonAnswer = readJsonAnswer(repaired.text, schema);
    if ("value" in second) return done(own, schema, second.value, repaired);
    throw new NodeError("node_failed", `the model's answer does not fit the schema: ${second.problem}`);
  },
});

/** Only what the schema names comes out; a model may add whatever it likes. */
function done(own: Members, schema: JsonSchema, value: Record<string, unknown>, said: Completion) {
  const named = Object.keys(inputsOfSchema(schema)).map((name) => [
    name,
    Object.hasOwn(value, name) ? value[name] : null,
  ]);
  return { kind: "done" as const, outputs: { ...Object.fromEntries(named), ...reasoningOf(own, said) } };
}

function reasoningOf(own: Members, { reasoning }: Completion): Record<string, unknown> {
  return own.reasoning ? { reasoning } : {};
}

async function messagesOf(call: NodeCall, own: Members, quoted: string): Promise<ChatMessage[]> {
  const parts = [
    own.system === undefined ? "" : call.render(own.system),
    own.json === undefined ? "" : jsonInstruction(own.json.schema),
    quoted,
  ].filter((part) => part !== "");
  return [
    ...(parts.length === 0 ? [] : [{ role: "system" as const, text: parts.join("\n\n") }]),
    ...(await saidBefore(call, own.history)),
    { role: "user", text: call.render(own.prompt), imageUrls: imageUrls(call.inputs["images"]) },
  ];
}

function parametersOf({ parameters, json }: Members): ModelParameters {
  const set = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), ...(json !== undefined && { responseFormat: "json" }) };
}

function outputsOf({ json, reasoning }: Members): Record<string, ValueType> {
  const thought: Record<string, ValueType> = reasoning ? { reasoning: { type: "string" } } : {};
  if (json === undefined) return { text: { type: "string" }, ...thought };
  const named = Object.entries(inputsOfSchema(json.schema)).map(([name, { required: _, ...type }]) => [
    name,
    type,
  ]);
  return { ...Object.fromEntries(named), ...thought };
}

function sourcesOf({ system, prompt }: Members): Source[] {
  const asked: Source = { field: "prompt", language: "template", text: prompt };
  return system === undefined ? [asked] : [{ field: "system", language: "template", text: system }, asked];
}

function toolsOf(own: Members, tools: GraphSurroundings["tools"]): ServerTool[] {
  return tools.filter((tool) => tool.runBy === "server").filter(({ name }) => own.tools.includes(name));
}

function problemsOf(own: Members, { tools }: GraphSurroundings): NodeDescription["problems"] {
  const ofTools = own.tools.flatMap((name, index) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool?.runBy === "server") return [];
    const message =
      tool === undefined
        ? `there is no tool "${name}"`
        : `"${name}" is run by the caller: call it in a node of kind tool`;
    return [{ field: `tools[${index}]`, message }];
  });
  if (own.json === undefined) return ofTools;
  const { schema } = own.json;
  const ofSchema = schemaProblems(schema).map(({ path, message }) => ({
    field: path === "" ? "json.schema" : `json.schema.${path}`,
    message,
  }));
  if (schema["type"] !== "object") {
    ofSchema.push({ field: "json.schema.type", message: 'must be "object"' });
  }
  if (own.reasoning && Object.hasOwn(inputsOfSchema(schema), "reasoning")) {
    ofSchema.push({ field: "reasoning", message: "is an output already, by the schema" });
  }
  return [...ofTools, ...ofSchema];
}
