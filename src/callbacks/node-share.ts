import type { EndpointId } from "../domain/ids.ts";

/**
 * Which of the nodes looks after an endpoint: the same answer on all of them, and when one comes or goes only its own
 * share moves (rendezvous hashing). `nodes` must not be empty.
 */
export function ownerOf(id: EndpointId, nodes: readonly number[]): number {
  let owner = -1;
  let highest = -1;
  for (const node of nodes) {
    const weight = mixed(id, node);
    if (weight > highest || (weight === highest && node > owner)) {
      owner = node;
      highest = weight;
    }
  }
  return owner;
}

/** 32 bits in which every bit depends on every bit of both. */
function mixed(id: number, node: number): number {
  let hash = (id % 0x1_0000_0000) ^ Math.imul(Math.floor(id / 0x1_0000_0000), 0x9e3779b1);
  hash = Math.imul(hash ^ (node + 1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ node, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}
