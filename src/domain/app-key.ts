import type { AgentId, AppKeyId, UserId } from "./ids.ts";

/** A secret that opens one agent. Only its hash is kept. */
export interface AppKey {
  id: AppKeyId;
  agentId: AgentId;
  /** SHA-256, hex. */
  keyHash: string;
  /** For people; empty: none. */
  name: string;
  /** Its last characters, by which people tell keys apart. Empty: not known, or the key is too short to show any. */
  ending: string;
  /** Absent: the configuration file, or the demo. */
  creatorId?: UserId;
  isFromFile: boolean;
  createdAt: Date;
}

const ENDING_LENGTH = 4;
/** Of shorter keys nothing is shown. */
const SHOWN_FROM_LENGTH = 16;

/** What may be shown of a key. */
export function appKeyEnding(key: string): string {
  return key.length < SHOWN_FROM_LENGTH ? "" : key.slice(-ENDING_LENGTH);
}
