import CheckCircleFilled from "@ant-design/icons/es/icons/CheckCircleFilled";
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import CloseCircleFilled from "@ant-design/icons/es/icons/CloseCircleFilled";
import ExclamationCircleFilled from "@ant-design/icons/es/icons/ExclamationCircleFilled";
import MinusCircleOutlined from "@ant-design/icons/es/icons/MinusCircleOutlined";
import PauseCircleOutlined from "@ant-design/icons/es/icons/PauseCircleOutlined";
import SyncOutlined from "@ant-design/icons/es/icons/SyncOutlined";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useWords } from "../../text/words.ts";
import type { Endpoint, Replay } from "./data.ts";
import type { Attempt, Delivery } from "./delivery-data.ts";
import { replayWords } from "./replay-text.ts";
import { callbackWords } from "./text.ts";

interface Look {
  color: string;
  icon: ReactNode;
}

const good: Look = { color: "success", icon: <CheckCircleFilled /> };
const bad: Look = { color: "error", icon: <CloseCircleFilled /> };
const still: Look = { color: "default", icon: <MinusCircleOutlined /> };
const later: Look = { color: "processing", icon: <ClockCircleOutlined /> };
const moving: Look = { color: "processing", icon: <SyncOutlined /> };
const careful: Look = { color: "warning", icon: <ExclamationCircleFilled /> };
const resting: Look = { color: "warning", icon: <PauseCircleOutlined /> };

const HEALTH = {
  working: good,
  untried: still,
  failing: careful,
  waiting: bad,
  paused: resting,
  disabled: bad,
} as const;

function healthOf({ state, health }: Endpoint): keyof typeof HEALTH {
  if (state !== "active") return state;
  if (health.nextTryAt !== null && new Date(health.nextTryAt) > new Date()) return "waiting";
  if (health.failingSince !== null) return "failing";
  return health.lastAttemptAt === null ? "untried" : "working";
}

/** How an endpoint has been lately, in a word. */
export function HealthTag({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const health = healthOf(endpoint);
  return <Mark look={HEALTH[health]}>{t(`health_${health}`)}</Mark>;
}

const STATES: Record<Delivery["state"], Look> = {
  pending: later,
  leased: moving,
  held: resting,
  delivered: good,
  exhausted: bad,
  dropped: still,
  superseded: still,
};

export function DeliveryTag({ state }: { state: Delivery["state"] }) {
  const t = useWords(callbackWords);
  return <Mark look={STATES[state]}>{t(`state_${state}`)}</Mark>;
}

const OUTCOMES: Record<Attempt["outcome"], Look> = { ok: good, fail: bad, unknown: careful };

/** What came of an attempt: the status of the answer, or why there is none. */
export function OutcomeTag({
  attempt,
}: {
  attempt: { outcome: Attempt["outcome"]; status: number | null; errorCode: string };
}) {
  const t = useWords(callbackWords);
  const { outcome, status, errorCode } = attempt;
  const detail = status === null ? errorCode : `HTTP ${status}`;
  const word = t(`outcome_${outcome}`);
  return <Mark look={OUTCOMES[outcome]}>{detail === "" ? word : `${word} · ${detail}`}</Mark>;
}

const REPLAYS: Record<Replay["state"], Look> = {
  running: moving,
  paused: resting,
  done: good,
  cancelled: still,
};

export function ReplayTag({ state }: { state: Replay["state"] }) {
  const t = useWords(replayWords);
  return <Mark look={REPLAYS[state]}>{t(`replay_${state}`)}</Mark>;
}

function Mark({ look, children }: { look: Look; children: ReactNode }) {
  return (
    <Tag color={look.color} icon={look.icon} className="callbacks-mark">
      {children}
    </Tag>
  );
}
