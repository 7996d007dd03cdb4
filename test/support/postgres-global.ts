import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { startPostgres, type TestPostgres } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `createDatabase` asks for a database. */
    postgresDesk: string;
  }
}

/**
 * Vitest's global set-up: a desk on the loopback interface that hands out databases. The PostgreSQL server
 * behind it starts with the first request, so runs that need none do not pay for it.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let postgres: Promise<TestPostgres> | undefined;
  const desk = createServer((_, response) => {
    postgres ??= startPostgres();
    postgres
      .then((running) => running.createDatabase())
      .then(
        (url) => response.end(url),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));
  const address = desk.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  project.provide("postgresDesk", `http://127.0.0.1:${address.port}/`);
  return async () => {
    desk.close();
    await (await postgres)?.stop();
  };
}
