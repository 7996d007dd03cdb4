import { CodeBlock } from "../../parts/code-block.tsx";

/** A value as it can be read and copied: text as it is, the rest as JSON on many lines. */
export function ValueBlock({ name, value }: { name: string; value: unknown }) {
  if (value === undefined || value === null) return null;
  const code = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return <CodeBlock language={name} code={code} />;
}
