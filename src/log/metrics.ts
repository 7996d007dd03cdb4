import { Counter, Histogram, Registry } from "prom-client";

const registry = new Registry();

const httpRequests = new Counter({
  name: "antiphon_http_requests_total",
  help: "Requests answered, by dialect, route pattern and class of status.",
  labelNames: ["dialect", "route", "status_class"],
  registers: [registry],
});
const httpRequestSeconds = new Histogram({
  name: "antiphon_http_request_duration_seconds",
  help: "Time from a request's head to the end of its response, in seconds; streams count in full.",
  labelNames: ["dialect", "route"],
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
  registers: [registry],
});

export function countHttpRequest(request: {
  dialect: string;
  route: string;
  status: number;
  durationMs: number;
}): void {
  const { dialect, route, status, durationMs } = request;
  httpRequests.inc({ dialect, route, status_class: `${Math.floor(status / 100)}xx` });
  httpRequestSeconds.observe({ dialect, route }, durationMs / 1000);
}

/** Everything counted so far, in Prometheus text format. */
export async function metricsText(): Promise<{ contentType: string; text: string }> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}
