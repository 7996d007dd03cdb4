import { API_CHANNEL } from "../../domain/agent.ts";

/** Connector ids that are always there, and our names for them. Source: spec page §3. */
const CHANNELS = new Map([
  ["1024", API_CHANNEL],
  ["999", "chat-sdk"],
  ["998", "web-sdk"],
  ["10000122", "store"],
]);

const CONNECTORS = new Map([...CHANNELS].map(([id, channel]) => [channel, id]));

/** The connector that calls mean when they name none. Source: spec page §3, §4. */
export const API_CONNECTOR_ID = "1024";

/** Our channel behind a connector id; custom channels are named by their id. Absent: the API. */
export function channelOf(connectorId: string = API_CONNECTOR_ID): string {
  return CHANNELS.get(connectorId) ?? connectorId;
}

export function connectorIdOf(channel: string): string {
  return CONNECTORS.get(channel) ?? channel;
}
