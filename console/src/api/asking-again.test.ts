import { InfiniteQueryObserver, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { AskingAgain } from "./asking-again.ts";

/** A question whose answers are given by hand: what is answered, in the order it was asked. */
function heldQuestion() {
  const waiting: ((answer: string) => void)[] = [];
  return {
    waiting,
    queryFn: () => new Promise<string>((resolve) => waiting.push(resolve)),
  };
}

test("what changes while it is asked for the first time is asked again: the first answer may be from before", async () => {
  const client = new AskingAgain();
  const { waiting, queryFn } = heldQuestion();
  const observer = new QueryObserver(client, { queryKey: ["turns", "1"], queryFn });
  const unsubscribe = observer.subscribe(() => {});
  const isFresh = client.invalidateQueries({ queryKey: ["turns"] });
  waiting[0]?.("running");
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]?.("completed");
  await isFresh;
  expect(observer.getCurrentResult().data).toBe("completed");
  unsubscribe();
  client.clear();
});

test("pages that are asked for the first time are asked again too", async () => {
  const client = new AskingAgain();
  const { waiting, queryFn } = heldQuestion();
  const observer = new InfiniteQueryObserver(client, {
    queryKey: ["exchanges"],
    queryFn,
    initialPageParam: "",
    getNextPageParam: () => null,
  });
  const unsubscribe = observer.subscribe(() => {});
  const isFresh = client.invalidateQueries({ queryKey: ["exchanges"] });
  waiting[0]?.("running");
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]?.("completed");
  await isFresh;
  expect(observer.getCurrentResult().data?.pages).toEqual(["completed"]);
  unsubscribe();
  client.clear();
});

test("what was answered is asked again once, and what is asked for elsewhere is left alone", async () => {
  const client = new AskingAgain();
  const known = heldQuestion();
  const other = heldQuestion();
  const observers = [
    new QueryObserver(client, { queryKey: ["turns"], queryFn: known.queryFn }),
    new QueryObserver(client, { queryKey: ["agents"], queryFn: other.queryFn }),
  ];
  const unsubscribes = observers.map((observer) => observer.subscribe(() => {}));
  known.waiting[0]?.("old");
  await vi.waitFor(() => expect(observers[0]?.getCurrentResult().data).toBe("old"));
  const isFresh = client.invalidateQueries({ queryKey: ["turns"] });
  await vi.waitFor(() => expect(known.waiting).toHaveLength(2));
  known.waiting[1]?.("new");
  await isFresh;
  expect(observers[0]?.getCurrentResult().data).toBe("new");
  expect(known.waiting).toHaveLength(2);
  expect(other.waiting).toHaveLength(1);
  for (const unsubscribe of unsubscribes) unsubscribe();
  client.clear();
});

test("what is refused the first time is not asked again for it", async () => {
  const client = new AskingAgain({ defaultOptions: { queries: { retry: false } } });
  let asked = 0;
  const refusal = Promise.withResolvers<string>();
  const queryFn = () => {
    asked += 1;
    return refusal.promise;
  };
  const observer = new QueryObserver(client, { queryKey: ["session"], queryFn });
  const unsubscribe = observer.subscribe(() => {});
  const isFresh = client.invalidateQueries({ queryKey: ["session"] });
  refusal.reject(new Error("no"));
  await isFresh;
  expect(observer.getCurrentResult().status).toBe("error");
  expect(asked).toBe(1);
  unsubscribe();
  client.clear();
});
