import { defineConfig } from "vitest/config";
import { ClosingLine } from "./test/support/closing-line.ts";

export default defineConfig({
  test: {
    include: ["{src,test,receiver,examples,console/src}/**/*.test.ts"],
    reporters: ["default", new ClosingLine()],
    globalSetup: ["test/support/postgres-global.ts", "test/support/web-global.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 3,
  },
});
