export interface EndpointRow {
  id: number;
  kind: string;
  name: string;
  owner_id: number | null;
  workspace_id: number | null;
  channel: string | null;
  slug: string | null;
  url: string | null;
  event_types: string;
  agent_ids: string;
  headers: string;
  secrets: string;
  timeout_ms: number;
  max_in_flight: number;
  rate_per_second: number | null;
  is_ordered: number;
  is_asymmetric: number;
  is_coalescing: number;
  /** JSON of `Endpoint["feedback"]`; null: none. */
  feedback_options: string | null;
  retry_delays: string | null;
  client_certificate: string | null;
  state: string;
  state_reason: string;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

/** Written by the node that sends; apart, so that it never undoes what somebody changes of the endpoint. */
export interface EndpointHealthRow {
  endpoint_id: number;
  failing_since: number | null;
  last_success_at: number | null;
  last_attempt_at: number | null;
  consecutive_failures: number;
  breaker_opened_at: number | null;
  breaker_until: number | null;
  breaker_backoff_ms: number | null;
}

export interface EventRow {
  id: number;
  workspace_id: number;
  type: string;
  subject: string;
  data: string;
  created_at: number;
  /** 0: deliveries are still being made of it, see `fan_out_cursor`. */
  is_fanned_out: number;
  /** The last endpoint that got its delivery. */
  fan_out_cursor: number;
}

export interface EventBodyRow {
  id: number;
  event_id: number;
  text: string;
  /** JSON of the headers that belong to it; empty: none. */
  headers: string;
  created_at: number;
}

export interface DeliveryRow {
  id: number;
  event_id: number;
  endpoint_id: number;
  workspace_id: number;
  event_type: string;
  wire_id: string;
  body_id: number;
  trigger: string;
  /** 0: no replay. */
  replay_id: number;
  state: string;
  attempt_count: number;
  failure_count: number;
  due_at: number;
  order_key: string;
  /** 1: an older one of its subject is unfinished; it is not due before that one is. */
  is_behind: number;
  has_gap: number;
  last_error: string;
  created_at: number;
  ended_at: number | null;
  /** Who sends it while it is leased, under which claim, since when and for how long at most. */
  node: number | null;
  claim_token: string | null;
  leased_at: number | null;
  lease_until: number | null;
}

export interface AttemptRow {
  id: number;
  delivery_id: number;
  endpoint_id: number;
  /** Of the delivery; null where that is not kept any longer. */
  workspace_id: number | null;
  number: number;
  trigger: string;
  outcome: string;
  error_code: string;
  error_message: string;
  url: string;
  started_at: number;
  /** JSON of `Attempt["timings"]`. */
  timings: string;
  remote_address: string | null;
  status: number | null;
  request_headers: string;
  response_headers: string;
  response_prefix: string;
  is_truncated: number;
}

export interface ReplayRow {
  id: number;
  endpoint_id: number;
  since: number;
  until: number;
  event_types: string;
  is_only_failed: number;
  rate_per_second: number;
  state: string;
  cursor: number;
  sent_count: number;
  created_by: number | null;
  created_at: number;
  ended_at: number | null;
}

/** The nodes on one PostgreSQL, so that one that hangs is told from one that works. */
export interface NodeRow {
  node: number;
  heartbeat_at: number;
}
