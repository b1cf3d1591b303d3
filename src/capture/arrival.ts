/** One request that a door has let in: raw, nothing of it understood yet. */
export type Arrival = {
  pathId: number;
  /** Null: always new. */
  idempotencyKey: string | null;
  body: Buffer;
  contentType: string | null;
  /** 32 lower-case hex digits. */
  traceId: string;
  isTest: boolean;
  /** A UUID of version 7, where others are part of it. Otherwise the database makes one. */
  id?: string;
  /** The id of the arrival that holds the whole request. */
  partOf?: string;
  /** Headers that mean something to its protocol. */
  headers?: Readonly<Record<string, string>>;
};

/** What is durable. For a known key the ids are those of its first capture. */
export type Receipt = {
  captureId: string;
  traceId: string;
  isNew: boolean;
  /** False: the key was used before, for something else. */
  sameBody: boolean;
};
