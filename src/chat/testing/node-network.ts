import type { Bus, Store } from "../../storage/store.ts";

/** One word on its way. */
export interface Word {
  topic: string;
  text: string;
  from: number;
  /** Absent: to all others. */
  to?: number | undefined;
}

/** Nodes in one process that share a store and talk to one another. */
export interface NodeNetwork {
  /** Everything that was said, also what was lost. */
  readonly words: Word[];
  /** Decides which words are lost; at first none. */
  loses: (word: Word) => boolean;
  /** The store as the numbered node has it. */
  node(number: number): Store;
}

/** A network of nodes on `store`, each word delivered in order and a moment later. */
export function aNodeNetwork(store: Store): NodeNetwork {
  const listeners: { node: number; topic: string; hear: (word: Word) => void }[] = [];
  const network: NodeNetwork = {
    words: [],
    loses: () => false,
    node: (number) => ({ ...store, node: number, bus: busOf(number) }),
  };
  const busOf = (from: number): Bus => ({
    async tell({ topic, text, to }) {
      const word = { topic, text, from, to };
      network.words.push(word);
      await Promise.resolve();
      if (network.loses(word)) return;
      for (const { node, topic: heard, hear } of listeners) {
        if (heard === topic && node !== from && (to === undefined || to === node)) hear(word);
      }
    },
    listen(topic, hear) {
      const listener = { node: from, topic, hear };
      listeners.push(listener);
      return () => listeners.splice(listeners.indexOf(listener), 1);
    },
  });
  return network;
}
