import { describe, expect, it } from "vitest";
import { textSimilarity } from "./text-similarity.ts";

describe("the similarity of two texts", () => {
  it("is 1 for the same words, whatever their width, case and punctuation", () => {
    expect(textSimilarity("退货需要７天。", "退货需要7天")).toBe(1);
    expect(textSimilarity("Returns take SEVEN days!", "returns take seven days")).toBe(1);
  });

  it("is 0 where no word is shared, and 1 between two empty texts", () => {
    expect(textSimilarity("退货", "parcel")).toBe(0);
    expect(textSimilarity("退货", "")).toBe(0);
    expect(textSimilarity("", "…")).toBe(1);
  });

  it("grows with what is shared, the same both ways, in Chinese and in English", () => {
    const answer = "签收后七天内可以无理由退货，运费由您承担。";
    const near = textSimilarity(answer, "签收后七天内可以无理由退货，运费由我们承担。");
    const far = textSimilarity(answer, "我们的门店每天九点营业。");
    expect(near).toBeGreaterThan(0.7);
    expect(far).toBeLessThan(0.2);
    expect(textSimilarity("a b c", "c d")).toBe(textSimilarity("c d", "a b c"));
  });

  it("counts a word as often as both have it", () => {
    expect(textSimilarity("yes yes yes yes", "yes")).toBeCloseTo(0.4);
  });

  it("takes long texts by their beginnings", () => {
    const long = "word ".repeat(100_000);
    expect(textSimilarity(long, `${long}more`)).toBe(1);
  });
});
