/** What the server tells of the agent. */
export interface SharedAgent {
  title: string;
  description: string;
  greeting: string;
  questions: string[];
  color: string;
  variables: Variable[];
}

/** What the agent is to know of the visitor. */
export interface Variable {
  key: string;
  name: string;
  type: "text" | "paragraph" | "enum";
  required: boolean;
  choices: string[];
  maxLength: number;
}

export interface Source {
  title: string;
  text: string;
  url: string | null;
}

export type Rating = "like" | "dislike" | "none";

export interface Opinion {
  rating: Rating;
  categories: string[];
  comment: string;
}

export interface SharedAnswer {
  turnId: string;
  status: "running" | "waiting" | "completed" | "stopped" | "failed" | "interrupted" | "merged";
  isChosen: boolean;
  /** Nothing was to be said, as a person had the conversation. */
  isHeld: boolean;
  text: string;
  suggestions: string[];
  error: string | null;
  sources: Source[];
  feedback: Opinion;
}

export interface SharedExchange {
  id: string;
  question: { role: "user" | "assistant"; text: string };
  /** Oldest first. */
  answers: SharedAnswer[];
}

export interface ExchangePage {
  /** Newest first. */
  items: SharedExchange[];
  nextCursor: string | null;
  isHeld: boolean;
}

/** What happens in a turn. */
export type ShareEvent =
  | {
      type: "turn";
      turnId: string;
      conversationId: string;
      exchangeId: string;
      /** Everything that happened is told, whatever was told before. */
      isWhole: boolean;
      isHeld: boolean;
    }
  | { type: "step"; step: "searching" | "thinking" | "working" }
  | { type: "sources"; sources: Source[] }
  | { type: "text"; text: string }
  | { type: "replace"; text: string }
  | { type: "suggestions"; questions: string[] }
  | { type: "end"; status: "completed" | "stopped" | "waiting" }
  | { type: "error"; code: string };
