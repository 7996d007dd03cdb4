import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CONSOLE_OPERATIONS } from "./index.ts";
import { openApiDocument } from "./openapi.ts";

const document = openApiDocument(CONSOLE_OPERATIONS) as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
};

test("the OpenAPI document has every operation with its path parameters", () => {
  expect(document.openapi).toBe("3.1.0");
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      names: parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name),
    })),
  );
  expect(described.map(({ name }) => name).sort()).toEqual(
    CONSOLE_OPERATIONS.map(
      ({ method, path }) => `${method} /api${path.replaceAll(/:(\w+)/g, "{$1}")}`,
    ).sort(),
  );
  for (const { name, names } of described) {
    expect([...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)).toEqual(names);
  }
});

test("the types of the pages are made of the operations as they are", async () => {
  const schema = await readFile(new URL("../../../console/src/api/schema.d.ts", import.meta.url), "utf8");
  const names = [...schema.matchAll(/^ {4}"((?:GET|POST|PUT|PATCH|DELETE) \/[^"]*)": \{/gm)].map(
    ([, name]) => name,
  );
  expect(names.sort()).toEqual(CONSOLE_OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
});
