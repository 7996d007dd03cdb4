import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { similarity } from "./similarity.ts";

const score = (one: string, other: string) => similarity(one)(other);

describe("similarity of questions", () => {
  it.each([
    ["怎么退货？", "怎么退货"],
    ["How do I start?", "how do i START"],
    ["ＡＢＣ 怎么用", "abc怎么用！"],
  ])("is 1 for %s and %s, which only look different", (one, other) => {
    expect(score(one, other)).toBe(1);
  });

  it.each([
    ["怎么退货？", "怎么退货呢"],
    ["怎么退货？", "请问怎么退货"],
    ["怎么退货？", "如何退货"],
    ["怎么退货？", "我想退货怎么办"],
    ["能退款吗", "能不能退款"],
    ["可以退款吗？", "是否可以退款"],
    ["多久到账", "多长时间到账"],
    ["你是谁？", "请问你是谁呀"],
    ["数据存在哪里？", "我的数据存在哪"],
    ["How do I start?", "How can I start it?"],
    ["How do I connect a model?", "how to connect my models"],
  ])("is above 0.9 for %s and %s, but below 1", (one, other) => {
    expect(score(one, other)).toBeGreaterThan(0.9);
    expect(score(one, other)).toBeLessThan(1);
  });

  it.each([
    ["怎么退货？", "怎么换货"],
    ["怎么退货？", "退货运费谁出"],
    ["怎么退货？", "能退货吗"],
    ["怎么退货？", "为什么退货"],
    ["怎么退货？", "退货"],
    ["怎么退货？", "怎么退货和退款"],
    ["支持退款吗", "不支持退款吗"],
    ["7天内能退货吗", "15天内能退货吗"],
    ["在北京的线下门店怎么预约上门退货", "在上海的线下门店怎么预约上门退货"],
    ["你是谁？", "你能做什么？"],
    ["怎么备份？", "怎么恢复备份到另一台机器"],
    ["How do I start?", "How do I stop?"],
    ["How do I connect a model?", "How do I connect a database?"],
    ["How do I change the port?", "How do I change the app key?"],
    ["Where is the data stored?", "Where is my app key?"],
  ])("is below 0.8 for %s and %s", (one, other) => {
    expect(score(one, other)).toBeLessThan(0.8);
  });

  it("is the same in both directions, and between 0 and 1", () => {
    const part = fc.constantFrom(..."退货运费谁出怎么开发票会话的吗", "model ", "how ", "I ", "？");
    const question = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(question, question, (one, other) => {
        expect(score(one, other)).toBeCloseTo(score(other, one), 12);
        expect(score(one, other)).toBeGreaterThanOrEqual(0);
        expect(score(one, other)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is 0 where nothing is shared or nothing is asked", () => {
    expect(score("怎么退货", "invoice")).toBe(0);
    expect(score("？", "！")).toBe(0);
  });
});
