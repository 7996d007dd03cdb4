import { inject } from "vitest";
import type {} from "./postgres-global.ts";

/** An empty database of its own on the PostgreSQL server that all test files of this run share. */
export async function createDatabase(): Promise<string> {
  const response = await fetch(inject("postgresDesk"), { method: "POST" });
  const answer = await response.text();
  if (!response.ok) throw new Error(`no PostgreSQL for tests: ${answer}`);
  return answer;
}
