import { endOf, retell } from "../../chat/replay.ts";
import { followTurn, readEvents, readUntil, type TurnLog, type TurnReader } from "../../chat/turn-log.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { DomainError } from "../../domain/errors.ts";
import type { MessageId, TurnId } from "../../domain/ids.ts";
import { isWords, type OutputAction, textActions, wordsAction } from "../../domain/output-action.ts";
import { actionsOf, type Run } from "../../domain/run.ts";
import { isTraceEvent, type TraceEvent, type TurnEvent } from "../../domain/turn-event.ts";
import { turnFailure } from "../../domain/turn-failure.ts";
import { formatUuid } from "./ids.ts";
import { presentActions, type WireAction } from "./present-action.ts";
import { presentReferences, type WireReference } from "./references.ts";

/** A turn as a reply is made of it, at the reader's own pace. */
export interface Told {
  turnId: TurnId;
  answerMessageId: MessageId;
  /** The conversation is with a person. */
  isHeld: boolean;
  reader: TurnReader;
  /** What it decided, its words among it, where that is known already. Absent: the reader tells. */
  actions?: OutputAction[];
  /** A trial: nothing is sent. */
  isTest?: boolean;
  /** The turn that answers its question too. Absent: it answers itself. */
  mergedInto?: TurnId;
}

/** A turn that runs here. `catchUp`: somebody else has begun to read it. */
export function toldByTurn(turn: RunningTurn, catchUp = false): Told {
  const { turnId, answerMessageId, isHeld, log } = turn;
  return { turnId, answerMessageId, isHeld, reader: followTurn(log, { catchUp }) };
}

/** A turn that runs on another node. */
export function toldByLog({ turn, answer }: Run, log: TurnLog): Told {
  const reader = followTurn(log, { catchUp: true });
  return { turnId: turn.id, answerMessageId: answer.messageId, isHeld: turn.isHeld, reader };
}

/** A turn that has ended, as it is stored. */
export function toldByRun(run: Run, trace: TraceEvent[]): Told {
  const { turn, answer } = run;
  return {
    turnId: turn.id,
    answerMessageId: answer.messageId,
    isHeld: turn.isHeld,
    reader: readEvents([...retell(answer, trace), ...endOf(turn)]),
    actions: actionsOf(run),
    ...(turn.mergedInto !== undefined && { mergedInto: turn.mergedInto }),
  };
}

/** Source: spec page of Insight §10, response `data`. */
export interface WireReply {
  message: string;
  handover: boolean;
  domain: string;
  msgId: string;
  references: WireReference[];
  fileUrls: string[];
  execId: string;
  /** The execution whose reply answers the message too; the message of this one is empty then. Ours. */
  mergedIntoExecId?: string;
  outputActions: WireAction[];
}

/** What a turn has said and done so far. */
export class ReplyDraft {
  readonly #told: Told;
  readonly #trace: TraceEvent[] = [];
  readonly #actions: OutputAction[] = [];
  #text = "";
  /** Nodes of a workflow speak, each for itself. */
  #isByNodes = false;
  #isDone = false;
  #failure: DomainError | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  take(event: TurnEvent): void {
    if (event.type === "text-delta") this.#text += event.text;
    else if (event.type === "text-replace") this.#text = event.text;
    else if (event.type === "action") this.#actions.push(event.action);
    else if (event.type === "text-end" && event.said !== undefined) this.#hear(event.said);
    else if (event.type === "turn-error") this.#failure = turnFailure(event);
    else if (isTraceEvent(event)) this.#trace.push(event);
    // What follows the usage is not part of the answer.
    this.#isDone ||= event.type === "usage" || event.type === "turn-end" || event.type === "turn-error";
  }

  /** The words so far. */
  get text(): string {
    return this.#text;
  }

  /** Nothing will be added any more. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Why there is no reply. */
  get failure(): DomainError | undefined {
    return this.#failure;
  }

  /** The reply begins with the words of the answer; texts of other actions follow, each on a line of its own. */
  present(): WireReply {
    const { turnId, answerMessageId, isHeld, mergedInto } = this.#told;
    const actions = this.#told.actions ?? this.#inOrder();
    const carriedOut = actions.filter((action) => action.status === "send" && !isWords(action));
    return {
      message: [this.#text, ...carriedOut.flatMap(textsOf)].filter((text) => text !== "").join("\n"),
      handover: isHeld || actions.some(({ type }) => type === "handover"),
      domain: "",
      msgId: formatUuid("message", answerMessageId),
      references: presentReferences(this.#trace),
      fileUrls: carriedOut.flatMap(filesOf),
      execId: formatUuid("turn", turnId),
      ...(mergedInto !== undefined && { mergedIntoExecId: formatUuid("turn", mergedInto) }),
      outputActions: presentActions(actions, false),
    };
  }

  #hear(said: { text: string; nodeId?: string }): void {
    this.#isByNodes = true;
    this.#actions.push(wordsAction(said));
  }

  /** A model's words come last. */
  #inOrder(): OutputAction[] {
    const actions = this.#isByNodes ? this.#actions : [...this.#actions, ...textActions(this.#text)];
    return this.#told.isTest === true ? actions.map((action) => ({ ...action, status: "skip" })) : actions;
  }
}

/** Reads a turn to its end. Rejects with why it failed, or with the reason of `signal`. */
export async function finishedReply(told: Told, signal: AbortSignal): Promise<WireReply> {
  const draft = new ReplyDraft(told);
  await readUntil(
    told.reader,
    (event) => {
      draft.take(event);
      return draft.isDone;
    },
    signal,
  );
  if (draft.failure !== undefined) throw draft.failure;
  return draft.present();
}

/** Texts beside the answer's words. */
function textsOf(action: OutputAction): string[] {
  if (action.type === "send-text-message") return [action.payload.text];
  if (action.type !== "send-post-message") return [];
  return action.payload.messages.flatMap(({ type, content }) => (type === "text" ? [content] : []));
}

const FILE_PARTS: ReadonlySet<string> = new Set(["image", "video", "file"]);

function filesOf(action: OutputAction): string[] {
  switch (action.type) {
    case "send-image-message":
      return [action.payload.imageUrl];
    case "send-audio-message":
      return [action.payload.audioUrl];
    case "send-file-message":
      return [action.payload.fileUrl];
    case "send-post-message":
      return action.payload.messages.flatMap(({ type, content }) => (FILE_PARTS.has(type) ? [content] : []));
    default:
      return [];
  }
}
