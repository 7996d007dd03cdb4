import PartitionOutlined from "@ant-design/icons/es/icons/PartitionOutlined";
import type { ListedAgent } from "./data.ts";

/** A sign for an agent: the first letter of its name, or that of workflows. */
export function AgentIcon({ name, kind }: Pick<ListedAgent, "name" | "kind">) {
  const [letter = "?"] = name.trim();
  return (
    <span className="agent-icon" aria-hidden="true">
      {kind === "workflow" ? <PartitionOutlined /> : letter.toUpperCase()}
    </span>
  );
}
