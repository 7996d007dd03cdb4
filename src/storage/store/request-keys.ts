/** What a caller names a request by, so that the same one is not carried out twice. */
export interface RequestKey {
  /** Within which keys are told apart, such as `chat:<agent>:<conversation>`. */
  scope: string;
  key: string;
  /** From then on the key is free again. */
  expiresAt: Date;
}

export interface RequestKeyStore {
  /** What was made of the request: the id of its turn, trigger or message. Undefined: the key is free. */
  find(key: Pick<RequestKey, "scope" | "key">, now: Date): Promise<number | undefined>;
  /** Takes the key. False, and nothing is changed, when it is taken. Inside a transaction, others wait for its end. */
  add(key: RequestKey, subjectId: number, now: Date): Promise<boolean>;
  /** Deletes at most `limit` that have expired. Resolves with how many. */
  forget(now: Date, limit: number): Promise<number>;
}
