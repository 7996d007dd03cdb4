import type { Membership, User } from "../../domain/access.ts";
import type { UserId } from "../../domain/ids.ts";

export interface UserStore {
  /** Inserts, or replaces the one with this id. */
  save(user: User): Promise<void>;
  /** Inserts. Resolves with false, and leaves everything as it is, where the name is taken, also by somebody who comes at once. */
  add(user: User): Promise<boolean>;
  find(id: UserId): Promise<User | undefined>;
  /** Inside a transaction: others who want to change the user wait until it ends. */
  findToChange(id: UserId): Promise<User | undefined>;
  findByName(name: string): Promise<User | undefined>;
  /** Of all workspaces, longest first. */
  memberships(id: UserId): Promise<Membership[]>;
  /** Oldest first. */
  list(): Promise<User[]>;
  /** Whether anybody enabled can sign in. */
  hasPasswords(): Promise<boolean>;
  /** Remembers a signed-in browser by the SHA-256 of its cookie. */
  saveSignIn(signIn: {
    sessionHash: string;
    userId: UserId;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void>;
  /** The enabled user of a browser that is signed in at `now`. */
  findSignIn(sessionHash: string, now: Date): Promise<User | undefined>;
  deleteSignIn(sessionHash: string): Promise<void>;
  /** Signs out every browser of the user. */
  deleteSignIns(userId: UserId): Promise<void>;
}
