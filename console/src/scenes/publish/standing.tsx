import CheckCircleFilled from "@ant-design/icons/es/icons/CheckCircleFilled";
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import CloseCircleFilled from "@ant-design/icons/es/icons/CloseCircleFilled";
import MinusCircleOutlined from "@ant-design/icons/es/icons/MinusCircleOutlined";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { type Say, useWords } from "../../text/words.ts";
import type { SubmissionStatus } from "./data.ts";
import { publishWords } from "./text.ts";

type Word = typeof publishWords extends { keys?: infer Key } ? Extract<Key, string> : never;
type SayPublish = Say<Word>;

const BUILT_IN = ["api", "chat-sdk", "web-sdk", "store"] as const;

function builtIn(channel: string) {
  return BUILT_IN.find((candidate) => candidate === channel);
}

/** What people call a channel. */
export function channelTitle(t: SayPublish, { channel, name }: { channel: string; name: string }): string {
  const known = builtIn(channel);
  return known === undefined ? name : t(`channel_${known}`);
}

/** What a channel is for. */
export function channelAbout(t: SayPublish, place: { channel: string; description: string }): string {
  const known = builtIn(place.channel);
  return known === undefined ? place.description : t(`about_${known}`);
}

type State = SubmissionStatus | "never";

const LOOKS: Record<State, { color: string; icon: ReactNode }> = {
  live: { color: "success", icon: <CheckCircleFilled /> },
  auditing: { color: "processing", icon: <ClockCircleOutlined /> },
  rejected: { color: "error", icon: <CloseCircleFilled /> },
  failed: { color: "error", icon: <CloseCircleFilled /> },
  expired: { color: "warning", icon: <ClockCircleOutlined /> },
  superseded: { color: "default", icon: <MinusCircleOutlined /> },
  withdrawn: { color: "default", icon: <MinusCircleOutlined /> },
  never: { color: "default", icon: <MinusCircleOutlined /> },
};

/** What became of a submission, in a word. */
export function StateTag({ state, prefix }: { state: State; prefix?: string }) {
  const t = useWords(publishWords);
  const { color, icon } = LOOKS[state];
  const word = t(`state_${state}`);
  return (
    <Tag color={color} icon={icon} className="publish-state">
      {prefix === undefined ? word : `${prefix} · ${word}`}
    </Tag>
  );
}

/**
 * What there is to say of an agent on a channel: that it is live, and what became of the latest submission where that
 * is something else.
 */
export function statesOf({
  live,
  latest,
}: {
  live: { versionNumber: number } | null;
  latest: { status: SubmissionStatus; versionNumber: number } | null;
}): State[] {
  const states: State[] = live === null ? [] : ["live"];
  const isOver = latest === null || latest.status === "live" || latest.status === "superseded";
  if (!isOver && latest !== null) states.push(latest.status);
  return states.length === 0 ? ["never"] : states;
}
