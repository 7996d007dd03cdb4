import { nearestName } from "../../config/nearest-name.ts";
import type { ValueType } from "../../domain/workflow.ts";
import { parseExpression } from "../language/cel-parser.ts";
import { expressionProblems, typeOfExpression } from "../language/expression-check.ts";
import { sourceOf } from "../language/input-source.ts";
import { pathOf } from "../language/scope.ts";
import { parseTemplate } from "../language/template.ts";
import { templateProblems } from "../language/template-check.ts";
import { checkValue, mayBe, typeAt, typeWords } from "../language/value-type.ts";
import { NodeError } from "../node-error.ts";
import type { Source } from "../node-kind.ts";
import type { GraphSetting, ReadNode } from "./check-graph.ts";
import { checkReferences } from "./check-references.ts";
import { checkWorkflow } from "./check-workflow.ts";
import type { GraphPath } from "./graph-problems.ts";
import { inSource, inValue, type Reference } from "./graph-references.ts";
import { KNOWN_WORDS } from "./graph-words.ts";
import type { DescribedNode, NodeDescriptions } from "./node-descriptions.ts";

/** What a node may refer to, and what there is. */
export interface NodeSurroundings {
  setting: GraphSetting;
  places: ReadonlyMap<string, ReadNode>;
  /** Nodes that may have run before it. */
  known: ReadonlySet<string>;
  /** They are all that may have; see `Level`. */
  isSure: boolean;
  /** Words of the loops around it. */
  words: ReadonlySet<string>;
  /** Words inside it. */
  inner: ReadonlySet<string>;
  descriptions: NodeDescriptions;
}

/** What one part of a node may refer to. */
export interface NodeView extends NodeSurroundings {
  read: ReadNode;
  /** It is evaluated inside the body of the node. */
  isInside: boolean;
}

/** Tells what is wrong with one node among the others. */
export function checkNode(read: ReadNode, around: NodeSurroundings): void {
  const described = around.descriptions.find(read.node.id);
  if (described === undefined || described.node !== read.node) return;
  const { problems } = around.setting;
  const tell = (field: GraphPath, message: string) => problems.add(read.place, field, message);
  for (const { field, message } of described.description.problems) tell(fieldPath(field), message);
  checkInputs(described, { ...around, read, isInside: false }, tell);
  for (const source of described.description.sources) {
    checkSource(source, { ...around, isInside: source.isInside === true, read }, tell);
  }
  checkAttempts(described, tell);
  checkStandIn(described, tell);
  checkWorkflow(read, around.setting, tell);
}

export type Tell = (field: GraphPath, message: string) => void;

function fieldPath(field: string): GraphPath {
  if (field === "") return [];
  return pathOf(field) ?? field.split(".");
}

function checkInputs({ node, kind, description }: DescribedNode, around: NodeView, tell: Tell): void {
  if (kind.category === "entry") return;
  const given = node.inputs ?? {};
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(description.inputs, name) ? description.inputs[name] : undefined;
    if (type === undefined && !description.hasOpenInputs) {
      tell(["inputs", name], unknownInput(name, Object.keys(description.inputs)));
    }
    const references = checkedSources(value, ["inputs", name], tell);
    checkReferences(references, around, tell);
    if (type !== undefined) checkType(value, type, name, around.descriptions, tell);
  }
  for (const [name, { required }] of Object.entries(description.inputs)) {
    if (required && !Object.hasOwn(given, name)) tell(["inputs", name], "is missing");
  }
}

function unknownInput(name: string, known: readonly string[]): string {
  if (known.length === 0) return "is no input of it; it has none";
  const nearest = nearestName(name, known);
  return nearest === undefined
    ? `is no input of it; there are ${known.join(", ")}`
    : `is no input of it; did you mean ${nearest}?`;
}

/** What an input refers to, where all in it can be read. */
function checkedSources(value: unknown, field: GraphPath, tell: Tell): Reference[] {
  if (typeof value !== "object" || value === null) return [];
  const source = Array.isArray(value) ? undefined : sourceOf(value);
  if (source === undefined) {
    const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    return members.flatMap(([name, member]) => checkedSources(member, [...field, name], tell));
  }
  switch (source.kind) {
    case "value":
      return [];
    case "ref":
      if (pathOf(source.text) !== undefined) return inValue(value, field);
      tell([...field, "ref"], "is no path such as `start.items[0].name`");
      return [];
    case "cel":
      return readable({ field, language: "expression", text: source.text }, tell);
    case "template":
      return readable({ field, language: "template", text: source.text }, tell);
  }
}

function readable(
  { field, language, text }: Omit<Source, "field"> & { field: GraphPath },
  tell: Tell,
): Reference[] {
  try {
    const problems =
      language === "expression"
        ? expressionProblems(parseExpression(text))
        : templateProblems(parseTemplate(text));
    for (const problem of problems) tell(field, problem);
    return inSource(field, language, text);
  } catch (cause) {
    if (!(cause instanceof NodeError)) throw cause;
    tell(field, cause.message);
    return [];
  }
}

function checkType(
  value: unknown,
  type: ValueType,
  name: string,
  descriptions: NodeDescriptions,
  tell: Tell,
): void {
  if (isPlain(value)) {
    const checked = checkValue(value, type, name);
    if ("problem" in checked) tell(["inputs", name], `${checked.problem.replace(`\`${name}\` `, "")}`);
    return;
  }
  const given = inferred(value, descriptions);
  if (mayBe(given, type)) return;
  tell(["inputs", name], `must be ${typeWords(type)}, but is ${typeWords(given)}`);
}

function inferred(value: unknown, descriptions: NodeDescriptions): ValueType {
  const source =
    typeof value === "object" && value !== null && !Array.isArray(value) ? sourceOf(value) : undefined;
  return source?.kind === "cel" ? typeOfText(source.text, descriptions) : descriptions.typeOf(value);
}

function typeOfText(text: string, descriptions: NodeDescriptions): ValueType {
  try {
    return typeOfExpression(parseExpression(text), ([name = "", ...path]) => {
      const word = Object.hasOwn(KNOWN_WORDS, name) ? KNOWN_WORDS[name] : undefined;
      return word === undefined ? descriptions.typeOfPath([name, ...path]) : typeAt(word, path);
    });
  } catch (cause) {
    if (!(cause instanceof NodeError)) throw cause;
    return { type: "any" };
  }
}

/** Whether nothing in it is evaluated. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return sourceOf(value) === undefined && Object.values(value).every(isPlain);
}

function checkSource(source: Source, around: NodeView, tell: Tell): void {
  const field = fieldPath(source.field);
  const references = readable({ ...source, field }, tell);
  checkReferences(references, around, tell);
  if (source.type === undefined || source.language !== "expression" || source.text === "") return;
  const given = typeOfText(source.text, around.descriptions);
  if (!mayBe(given, source.type)) {
    tell(field, `must come to ${typeWords(source.type)}, but comes to ${typeWords(given)}`);
  }
}

function checkAttempts({ node, description }: DescribedNode, tell: Tell): void {
  if (node.retry === undefined || !description.hasEffects) return;
  tell(["retry"], "would repeat its effects outside; say `idempotent: true` where that does no harm");
}

function checkStandIn({ node, description }: DescribedNode, tell: Tell): void {
  if (typeof node.onError !== "object") return;
  const names = Object.keys(description.outputs);
  for (const [name, value] of Object.entries(node.onError.outputs)) {
    const type = Object.hasOwn(description.outputs, name) ? description.outputs[name] : undefined;
    if (type === undefined) {
      tell(
        ["onError", "outputs", name],
        `is no output of it${names.length === 0 ? "" : `; there are ${names.join(", ")}`}`,
      );
      continue;
    }
    const checked = value === null ? { value } : checkValue(value, type, name);
    if ("problem" in checked) tell(["onError", "outputs", name], checked.problem.replace(`\`${name}\` `, ""));
  }
}
