/** Bytes under an id. One implementation per place: a folder of the data directory today. */
export interface BlobStore {
  /**
   * Stores all bytes there are, on the disk when it resolves. When they break off nothing is kept and it rejects with
   * their error; when the disk refuses, with `storage_failed`.
   */
  put(id: number, bytes: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }>;
  /** The bytes, or the first `maxBytes` of them. Rejects with `not_found` when there is no such blob. */
  read(id: number, maxBytes?: number): Promise<Buffer>;
  /** The bytes in pieces of `size`; the last is shorter. Throws like `read` does. */
  chunks(id: number, size: number): AsyncIterable<Buffer>;
  /** Does nothing when there is none. */
  delete(id: number): Promise<void>;
}
