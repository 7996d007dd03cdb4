import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { programVersion } from "../config/version.ts";
import { runCommand } from "./testing/fake-terminal.ts";

const COMMANDS = ["serve", "apply", "chat", "backup", "restore", "doctor", "config"];

describe("antiphon", () => {
  it("prints its version", async () => {
    const { written, exitCode } = await runCommand(["--version"]);
    expect(written).toBe(`${programVersion()}\n`);
    expect(exitCode).toBe(0);
  });

  it("lists every command", async () => {
    const { written, exitCode } = await runCommand(["--help"]);
    for (const command of COMMANDS) expect(written).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    expect(exitCode).toBe(0);
  });

  it.each(COMMANDS)("explains %s with examples and exit codes", async (command) => {
    const { written, exitCode } = await runCommand([command, "--help"]);
    expect(written).toMatch(new RegExp(`^Usage: antiphon ${command}`));
    expect(written).toContain("Examples:\n");
    expect(written).toContain("Exit codes: 0 ");
    expect(exitCode).toBe(0);
  });

  it.each([[["nonsense"]], [["apply"]], [["chat", "--nonsense"]]])(
    "refuses %j with exit code 1 and where to look",
    async (words) => {
      const { written, noted, exitCode } = await runCommand(words);
      expect(written).toBe("");
      expect(noted).toMatch(/^error: .*\n\(--help shows what there is\)\n/);
      expect(exitCode).toBe(1);
    },
  );

  it("says why the store cannot be opened", async () => {
    const { noted, exitCode } = await runCommand(["serve"], {
      ANTIPHON_DATA: tmpdir(),
      ANTIPHON_SECRET_KEY: "0".repeat(64),
      ANTIPHON_DATABASE_URL: "postgres://me:hunter2@127.0.0.1:1/x",
    });
    expect(noted).toBe("cannot reach the database: connect ECONNREFUSED 127.0.0.1:1\n");
    expect(exitCode).toBe(1);
  });

  it("names every bad variable, and shows a stack trace only for debugging", async () => {
    const bad = { ANTIPHON_PORT: "x", ANTIPHON_BUSY: "y" };
    const { noted, exitCode } = await runCommand(["config"], bad);
    expect(noted.split("\n")).toEqual([
      'ANTIPHON_PORT must be a whole number from 0 to 65535, not "x"',
      'ANTIPHON_BUSY must be queue or refuse, not "y"',
      "Nothing was done. Correct the environment, see docs/configuration.md",
      "",
    ]);
    expect(exitCode).toBe(1);
    const debugging = await runCommand(["config"], { ...bad, ANTIPHON_LOG_LEVEL: "debug" });
    expect(debugging.noted).toContain("    at ");
  });
});
