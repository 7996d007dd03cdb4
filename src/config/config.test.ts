import { describe, expect, it } from "vitest";
import { ConfigError, configDeclarations, describeConfig, readConfig } from "./config.ts";

/** The problems of an environment; empty when it is fine. */
function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("readConfig", () => {
  it("needs no variable at all", () => {
    const { config, secrets, warnings } = readConfig({});
    expect(config.http).toEqual({
      host: "127.0.0.1",
      port: 8787,
      trustedProxies: [],
      maxBodyBytes: 1_048_576,
      slowReaderSeconds: 30,
      drainSeconds: 10,
    });
    expect(config.storage).toEqual({ dataDirectory: "./data", durability: "full" });
    expect(config.limits).toEqual({
      turnsPerMinutePerUser: 120,
      concurrentTurnsPerUser: 10,
      turnsPerMinutePerKey: 6_000,
      concurrentTurnsPerKey: 2_000,
    });
    expect(config.hiagent.timeZoneOffsetMinutes).toBe(480);
    expect(config.outbound).toEqual({
      allowedPrivateNetworks: [],
      allowMetadata: false,
      allowHttpCallbacks: false,
      certificatesPath: undefined,
    });
    expect(Object.values(secrets).every((secret) => secret === undefined)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it("reads each kind of value", () => {
    const { config, secrets } = readConfig({
      ANTIPHON_PORT: "0",
      ANTIPHON_DURABILITY: "relaxed",
      ANTIPHON_ABORT_ON_DISCONNECT: "yes",
      ANTIPHON_TIME_ZONE_OFFSET: "-03:30",
      ANTIPHON_PATH_PREFIX: "/app/v1/",
      ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "10.0.0.0/8, 192.168.1.5,::1",
      ANTIPHON_CALLBACK_PROXY_URL: "http://me:pw@proxy:3128",
      ANTIPHON_MODEL_BASE_URL: "http://127.0.0.1:11434/v1/",
      ANTIPHON_MODEL_NAME: "qwen3:8b",
      ANTIPHON_DATABASE_URL: "postgres://me:pw@db:5432/antiphon",
    });
    expect(config.http.port).toBe(0);
    expect(config.storage.durability).toBe("relaxed");
    expect(config.chat.abortOnDisconnect).toBe(true);
    expect(config.hiagent.timeZoneOffsetMinutes).toBe(-210);
    expect(config.hiagent.pathPrefix).toBe("/app/v1");
    expect(config.outbound.allowedPrivateNetworks).toEqual(["10.0.0.0/8", "192.168.1.5/32", "::1/128"]);
    expect(config.models.baseUrl).toBe("http://127.0.0.1:11434/v1");
    expect(secrets.databaseUrl).toBe("postgres://me:pw@db:5432/antiphon");
    expect(secrets.callbackProxyUrl).toBe("http://me:pw@proxy:3128");
  });

  it("takes an empty variable as not set", () => {
    expect(readConfig({ ANTIPHON_PORT: "", ANTIPHON_CONFIG: " " }).config).toMatchObject({
      http: { port: 8787 },
      file: { path: undefined },
    });
  });

  it("names every bad variable at once and no others", () => {
    expect(
      problemsOf({
        ANTIPHON_PORT: "65536",
        ANTIPHON_BUSY: "wait",
        ANTIPHON_TIME_ZONE_OFFSET: "8",
        ANTIPHON_HIAGENT_STRICT_INPUTS: "perhaps",
        ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "10.0.0.0/33",
        ANTIPHON_DATA: "/srv/antiphon",
      }),
    ).toEqual([
      'ANTIPHON_PORT must be a whole number from 0 to 65535, not "65536"',
      'ANTIPHON_BUSY must be queue or refuse, not "wait"',
      'ANTIPHON_TIME_ZONE_OFFSET must be an offset from UTC such as +08:00, not "8"',
      'ANTIPHON_HIAGENT_STRICT_INPUTS must be true or false, not "perhaps"',
      'ANTIPHON_ALLOW_PRIVATE_CALLBACKS must be networks such as 10.0.0.0/8,192.168.1.5/32, separated by commas, not "10.0.0.0/33"',
    ]);
  });

  it.each(["10", "010.0.0.1", "10.1/16", "10.0.0.0/", "fe80::1%eth0", "10.0.0.1,", "proxy.example"])(
    "takes no network from %j",
    (networks) => {
      expect(problemsOf({ ANTIPHON_TRUSTED_PROXIES: networks })).toEqual([
        expect.stringContaining("ANTIPHON_TRUSTED_PROXIES must be networks"),
      ]);
    },
  );

  it("never repeats a bad secret or a password in an address", () => {
    const problems = problemsOf({
      ANTIPHON_DATABASE_URL: "mysql://me:hunter2@db/x",
      ANTIPHON_SECRET_KEY: "hunter2",
      ANTIPHON_MODEL_BASE_URL: "http://me:hunter2@model/v1",
      ANTIPHON_MODEL_NAME: "m",
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain("hunter2");
    expect(() =>
      readConfig({ ANTIPHON_MODEL_NAME: "m", ANTIPHON_MODEL_BASE_URL: "http://:hunter2@model/v1" }),
    ).toThrow(/^ANTIPHON_MODEL_BASE_URL must be an address .* without user name and password$/);
  });

  it.each([
    [{ ANTIPHON_MODEL_BASE_URL: "http://m/v1" }, ["ANTIPHON_MODEL_NAME"]],
    [{ ANTIPHON_MODEL_NAME: "m" }, ["ANTIPHON_MODEL_BASE_URL"]],
    [{ ANTIPHON_MODEL_API_KEY: "k" }, ["ANTIPHON_MODEL_BASE_URL"]],
    [{ ANTIPHON_MODEL_BASE_URL: "ftp://m", ANTIPHON_MODEL_NAME: "m" }, ["ANTIPHON_MODEL_BASE_URL"]],
    [{ ANTIPHON_OPERATOR_URL: "https://m" }, []],
    [{ ANTIPHON_OPERATOR_SECRET: `whsec_${"a".repeat(32)}` }, ["ANTIPHON_OPERATOR_URL"]],
    [{ ANTIPHON_OPERATOR_URL: "https://m", ANTIPHON_OPERATOR_SECRET: "word" }, ["ANTIPHON_OPERATOR_SECRET"]],
  ])("wants the variables of a model, or of the operator, together: %o", (environment, named) => {
    expect(problemsOf(environment).map((problem) => problem.split(" ")[0])).toEqual(named);
  });

  it("warns about a slip in a name and says what was meant", () => {
    expect(readConfig({ ANTIPHON_PROT: "1", ANTIPHON_XYZZY: "1", OTHER: "1" }).warnings).toEqual([
      "ANTIPHON_PROT is not a known variable; did you mean ANTIPHON_PORT?",
      "ANTIPHON_XYZZY is not a known variable",
    ]);
  });
});

describe("describeConfig", () => {
  it("says of secrets only whether they are set", () => {
    const lines = describeConfig(
      readConfig({
        ANTIPHON_PORT: "9000",
        ANTIPHON_DATABASE_URL: "postgres://me:hunter2@db:5432/antiphon?password=hunter3",
        ANTIPHON_MODEL_BASE_URL: "http://m/v1",
        ANTIPHON_MODEL_NAME: "m",
        ANTIPHON_MODEL_API_KEY: "sk-hunter4",
      }),
    );
    expect(lines).toContain("ANTIPHON_PORT=9000");
    expect(lines).toContain("ANTIPHON_HOST=127.0.0.1 (default)");
    expect(lines).toContain("ANTIPHON_CONFIG is not set");
    expect(lines).toContain("ANTIPHON_DATABASE_URL is set (postgres://db:5432/antiphon)");
    expect(lines).toContain("ANTIPHON_MODEL_API_KEY is set");
    expect(lines).toContain("ANTIPHON_SECRET_KEY is not set");
    expect(lines.join()).not.toMatch(/hunter|me:/);
  });

  it("shows every declared variable", () => {
    expect(describeConfig(readConfig({}))).toHaveLength(configDeclarations().length);
  });
});
