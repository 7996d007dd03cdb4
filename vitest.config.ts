import { defineConfig } from "vitest/config";
import { ClosingLine } from "./test/support/closing-line.ts";

const EACH = { testTimeout: 60_000, hookTimeout: 120_000, pool: "forks" } as const;
/** They have nothing that a process has once, so they load what they test once: that takes longer than most of them. */
const SHARING = [
  "src/{config,dialects,domain}/**/*.test.ts",
  "src/workflow/{graph,language,nodes}/**/*.test.ts",
];

export default defineConfig({
  test: {
    reporters: ["default", new ClosingLine()],
    globalSetup: ["test/support/postgres-global.ts", "test/support/web-global.ts"],
    maxWorkers: 3,
    projects: [
      { test: { ...EACH, name: "sharing", include: SHARING, isolate: false } },
      {
        test: {
          ...EACH,
          name: "alone",
          include: ["{src,test,receiver,examples,console/src}/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...SHARING],
        },
      },
    ],
  },
});
