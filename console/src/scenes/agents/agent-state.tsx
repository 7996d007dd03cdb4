import { Tag } from "antd";
import { useWords } from "../../text/words.ts";
import type { ListedAgent } from "./data.ts";
import { agentWords } from "./text.ts";

const BUILT_IN = ["api", "chat-sdk", "web-sdk", "store"] as const;

/** Where an agent is live, and whether its draft is ahead. */
export function AgentState({ agent }: { agent: ListedAgent }) {
  const t = useWords(agentWords);
  const channelName = useChannelName();
  const isBehind = agent.live.some((live) => live.isBehind);
  return (
    <span className="agent-state">
      {agent.live.length === 0 && <Tag>{t("neverPublished")}</Tag>}
      {agent.live.map((live) => (
        <Tag key={live.channel} data-sign="good">
          {t("liveOn", { channel: channelName(live) })}
        </Tag>
      ))}
      {isBehind && <Tag data-sign="ahead">{t("changed")}</Tag>}
      {!agent.apiEnabled && <Tag data-sign="bad">{t("apiOff")}</Tag>}
    </span>
  );
}

/** What people call a channel. */
export function useChannelName(): (place: { channel: string; channelName: string | null }) => string {
  const t = useWords(agentWords);
  return ({ channel, channelName }) => {
    const builtIn = BUILT_IN.find((name) => name === channel);
    if (builtIn !== undefined) return t(`channel_${builtIn}`);
    return channelName ?? t("channelDeleted", { id: channel });
  };
}
