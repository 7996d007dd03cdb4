import { describe, expect, it } from "vitest";
import { QuestionsError, readQuestions } from "./trial-questions.ts";

describe("a file of questions", () => {
  it("has one a line; empty lines and remarks are passed over", () => {
    const questions = readQuestions(
      "\uFEFF# about parcels\n怎么退货？\r\n\n  When does it come?  \n",
      "text",
    );
    expect(questions.map(({ name, text }) => [name, text])).toEqual([
      ["line 2", "怎么退货？"],
      ["line 4", "When does it come?"],
    ]);
  });

  it("has JSON objects, as an export does", () => {
    const lines = [
      { question: "a", expected: "b", variables: { name: "Ann" } },
      { question: "c", answer: "d", model: "m", rating: "dislike", chunks: [] },
      { question: "e", expected: null, answer: "" },
    ];
    const read = readQuestions(lines.map((line) => JSON.stringify(line)).join("\n"), "json");
    expect(read).toMatchObject([
      { text: "a", expected: "b", values: { name: "Ann" } },
      { text: "c", recorded: { text: "d", model: "m" } },
      { text: "e", values: {} },
    ]);
    expect(read[2]).not.toHaveProperty("expected");
    expect(read[2]).not.toHaveProperty("recorded");
  });

  it("takes the lines of an export: long ones, one for a turn that several rated, none without words", () => {
    const answer = "长".repeat(100_000);
    const exported = [
      { turnId: "1", question: "长".repeat(32_000), answer },
      { turnId: "2", question: "", answer: "a cat" },
      { turnId: "1", question: "长".repeat(32_000), answer, rater: "another" },
    ];
    const read = readQuestions(exported.map((line) => JSON.stringify(line)).join("\n"), "json");
    expect(read).toMatchObject([{ name: "line 1", recorded: { text: answer } }]);
  });

  it.each([
    ['{"question":"a"}\n{broken', "line 2: no JSON"],
    ['{"answer":"a"}', "line 1: question is required"],
    ['{"question":"  "}', "line 1: question is empty"],
    ['{"question":7}', "line 1: question must be a text"],
    ['{"question":"a","variables":{"x":1}}', "line 1: variables.x must be a text"],
    ["[]", "line 1: "],
    ["\n\n", "there are no questions"],
  ])("that cannot be read is refused with its line: %s", (content, message) => {
    expect(() => readQuestions(content, "json")).toThrow(QuestionsError);
    expect(() => readQuestions(content, "json")).toThrow(message);
  });
});
