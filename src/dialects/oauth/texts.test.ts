import { describe, expect, it } from "vitest";
import { permissionText, preferredLanguage, TEXTS } from "./texts.ts";

describe("the texts", () => {
  it("name the same permissions in both languages", () => {
    expect(Object.keys(TEXTS.zh.permission)).toEqual(Object.keys(TEXTS.en.permission));
  });

  it("say what a permission means, or its name where nothing is known", () => {
    expect(permissionText(TEXTS.en, "chat")).toBe("chat with agents");
    expect(permissionText(TEXTS.zh, "all")).toBe("进行你的账号可以进行的所有操作");
    for (const name of ["someThing", "constructor", "__proto__"]) {
      expect(permissionText(TEXTS.en, name)).toBe(name);
    }
  });
});

describe("the language of a browser", () => {
  it.each([
    [undefined, "en"],
    ["", "en"],
    ["zh", "zh"],
    ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    ["en-US,en;q=0.9,zh;q=0.8", "en"],
    ["en;q=0.5, zh-Hant;q=0.7", "zh"],
    ["fr-FR, de;q=0.9", "en"],
    ["fr, zh;q=0.1", "zh"],
    ["zh;q=0, en;q=0.1", "en"],
    ["ZH-cn", "zh"],
    ["zhx, enx", "en"],
    ["*", "en"],
    [";;;,q=zh", "en"],
  ])("%j: %s", (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });
});
