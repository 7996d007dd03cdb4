import { expect } from "vitest";
import { type Arrival, contentOf } from "../support/callback-receiver.ts";
import type { StoredRating } from "./stored-callbacks.ts";

/** An opinion as the feedback callback tells it. Source: spec page of Insight §3. */
export interface View {
  feedbackStatus: "none" | "thumb-up" | "thumb-down";
  feedback?: string;
}

/** A change that somebody has asked for. */
export interface Requested extends View {
  /** False: the server was killed before it said so. It may have happened all the same. */
  isAcknowledged: boolean;
  /** Where the answer told it. */
  revision?: number;
}

/** Somebody who rates one answer; nobody else has the name. */
export interface Rater {
  name: string;
  botId: string;
  sessionId: string;
  execId: string;
  msgId: string;
  /** Of conversations whose first message said it. */
  contactId?: string;
  /** In the order they were asked for, unless there are several writers. */
  requested: Requested[];
  /** At once, for the same rater: then any of the changes may come after any other. */
  writers: number;
}

interface Told extends View {
  id: string;
  revision: number;
  isTaken: boolean;
}

/**
 * What must hold of the changes of one rater that arrived at one endpoint, after everything was delivered: each was asked
 * for, in this order; revisions rise from change to change; the last state that was acknowledged, or one asked for later,
 * came; it is the one that is stored. `isComplete`: none may be left out because of a later one.
 */
export function checkFeedback(
  rater: Rater,
  {
    arrivals,
    stored,
    isComplete,
  }: { arrivals: readonly Arrival[]; stored: StoredRating | undefined; isComplete: boolean },
): void {
  const told = arrivalsOf(rater, arrivals);
  const revisions = told.map(({ revision }) => revision);
  expect([rater.name, revisions]).toEqual([rater.name, [...new Set(revisions)].sort((a, b) => a - b)]);
  checkRequested(rater, told);
  const last = told.at(-1);
  expect([rater.name, last?.isTaken ?? true]).toEqual([rater.name, true]);
  expect([rater.name, viewOf(last)]).toEqual([rater.name, storedView(stored)]);
  expect(last?.revision ?? 0).toBeLessThanOrEqual(stored?.revision ?? 0);
  if (rater.writers === 1) checkLast(rater, last);
  if (isComplete) checkComplete(rater, told);
}

/** Each change by its first arrival; every other one says the same. */
function arrivalsOf(rater: Rater, arrivals: readonly Arrival[]): Told[] {
  const told = new Map<string, Told>();
  for (const arrival of arrivals) {
    if (decodeURIComponent(arrival.headers["x-feedback-user"] ?? "") !== rater.name) continue;
    const isTaken = arrival.status === 200;
    const revision = Number(arrival.headers["x-feedback-revision"]);
    const before = told.get(arrival.id);
    if (before !== undefined) {
      expect([arrival.id, revision]).toEqual([before.id, before.revision]);
      before.isTaken ||= isTaken;
      continue;
    }
    const { triggerEvent, outputActions, feedbackStatus, feedback, ...ids } = contentOf(arrival);
    const { botId, sessionId, execId, msgId: messageId, contactId } = rater;
    expect(ids).toEqual({
      botId,
      sessionId,
      execId,
      messageId,
      ...(contactId !== undefined && { contactId }),
    });
    expect(triggerEvent).toMatchObject({ triggerType: "receive-text-message", sessionId });
    expect(outputActions).toMatchObject([{ type: "send-text-message", status: "send" }]);
    const view = { feedbackStatus, ...(feedback !== undefined && { feedback }) };
    told.set(arrival.id, { id: arrival.id, revision, isTaken, ...view });
  }
  return [...told.values()];
}

/** Nothing is invented: what came can be found, in its order, among what was asked for. */
function checkRequested({ name, requested, writers }: Rater, told: readonly Told[]): void {
  let from = 0;
  for (const one of told) {
    const place = requested.findIndex((request, index) => index >= from && isSame(request, one));
    expect([name, one.revision, viewOf(one), place >= 0]).toEqual([name, one.revision, viewOf(one), true]);
    if (writers === 1) from = place + 1;
    const known = requested.find(({ revision }) => revision === one.revision);
    if (known !== undefined) expect([name, viewOf(one)]).toEqual([name, viewOf(known)]);
  }
}

/** Nothing acknowledged is lost: the last state is that of the last acknowledged request or of a later one. */
function checkLast({ name, requested }: Rater, last: Told | undefined): void {
  const acknowledged = requested.findLastIndex(({ isAcknowledged }) => isAcknowledged);
  const possible = requested.slice(Math.max(0, acknowledged)).map(viewOf);
  if (acknowledged < 0) possible.push(viewOf(undefined));
  expect(possible, name).toContainEqual(viewOf(last));
}

/** Texts are never said twice, so that each of them is a change. */
function checkComplete({ name, requested }: Rater, told: readonly Told[]): void {
  const texts = new Set(told.filter(({ isTaken }) => isTaken).map(({ feedback }) => feedback));
  const missing = requested.filter(
    ({ isAcknowledged, feedback }) => isAcknowledged && feedback !== undefined && !texts.has(feedback),
  );
  expect([name, missing]).toEqual([name, []]);
}

function isSame(one: View, other: View): boolean {
  return one.feedbackStatus === other.feedbackStatus && one.feedback === other.feedback;
}

function viewOf(view: View | undefined): View {
  const { feedbackStatus = "none", feedback } = view ?? {};
  return { feedbackStatus, ...(feedback !== undefined && { feedback }) };
}

const STATUSES = new Map([
  ["like", "thumb-up"],
  ["dislike", "thumb-down"],
] as const);

function storedView(stored: StoredRating | undefined): View {
  const feedbackStatus = STATUSES.get(stored?.rating as "like" | "dislike") ?? "none";
  if (stored === undefined || feedbackStatus !== "thumb-down") return { feedbackStatus };
  const text = stored.comment || JSON.parse(stored.categories).join("; ");
  return { feedbackStatus, ...(text !== "" && { feedback: text }) };
}
