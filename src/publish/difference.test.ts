import { expect, test } from "vitest";
import { differences } from "./difference.ts";

test("equal documents do not differ, in whatever order their members stand", () => {
  expect(differences({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 })).toEqual([]);
});

test("what changed, came and went is told where it is", () => {
  const before = { prompt: "one", model: null, opening: { message: "Hi", questions: ["a"] }, gone: 1 };
  const after = { prompt: "two", model: null, opening: { message: "Hi", questions: ["a", "b"] }, come: 2 };
  expect(differences(before, after)).toEqual([
    { path: ["prompt"], before: "one", after: "two" },
    { path: ["opening", "questions"], before: ["a"], after: ["a", "b"] },
    { path: ["gone"], before: 1 },
    { path: ["come"], after: 2 },
  ]);
});

test("members of lists are known by their names, and their order is told once", () => {
  const [shop, name] = [
    { key: "shop", required: false },
    { key: "name", required: true },
  ];
  expect(
    differences({ variables: [shop, name] }, { variables: [{ ...name, required: false }, shop] }),
  ).toEqual([
    { path: ["variables", "name", "required"], before: true, after: false },
    { path: ["variables", "order"], before: ["shop", "name"], after: ["name", "shop"] },
  ]);
  expect(differences({ tools: [] }, { tools: [{ name: "orders" }] })).toEqual([
    { path: ["tools", "orders"], after: { name: "orders" } },
  ]);
});

test("lists whose members have no names, or the same ones, are told as a whole", () => {
  const twins = [{ name: "a" }, { name: "a" }];
  expect(differences({ list: twins }, { list: [{ name: "a" }] })).toEqual([
    { path: ["list"], before: twins, after: [{ name: "a" }] },
  ]);
});
