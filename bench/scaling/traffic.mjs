// What reaches each replica: by connections that are pinned to a replica, by request, by text; and what the
// cache of each has of it.

/** As kube-proxy does it: each new connection goes to a replica at random. @returns the replica of each. */
export const connectAtRandom = ({ connections, replicas, random }) =>
  Array.from({ length: connections }, () => Math.floor(random() * replicas));

/** How many connections each replica has. */
export function countByReplica(pinned, replicas) {
  const counts = new Array(replicas).fill(0);
  for (const replica of pinned) {
    counts[replica] += 1;
  }
  return counts;
}

/**
 * A rollout, one replica after the other: each new one is ready before the old one closes its connections,
 * whose clients connect again, to any that is ready.
 *
 * @returns the replica of each connection afterwards.
 */
export function rollOut(pinned, { replicas, random }) {
  const ready = Array.from({ length: replicas }, (_, i) => i);
  let next = replicas;
  const now = [...pinned];
  for (let old = 0; old < replicas; old++) {
    ready[ready.indexOf(old)] = next++;
    now.forEach((replica, i) => {
      if (replica === old) {
        now[i] = ready[Math.floor(random() * ready.length)];
      }
    });
  }
  return now.map((replica) => replica - replicas);
}

/**
 * Simon's process over a number of texts: each is new or, with this probability, one of those before it.
 *
 * @returns the number of each text.
 */
export function repeatedTexts({ count, share, random }) {
  const sequence = new Uint32Array(count);
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const repeats = i > 0 && random() < share;
    sequence[i] = repeats ? sequence[Math.floor(random() * i)] : distinct++;
  }
  return sequence;
}

/**
 * The share of texts that the cache of their replica has, of those behind the first `from`.
 *
 * @param replicaOf which replica a text reaches. @param entries of the cache of a replica, the least recently
 * used dropped first.
 */
export function hitShare(sequence, { replicas, entries, from, replicaOf }) {
  const caches = Array.from({ length: replicas }, () => new Map());
  let hits = 0;
  sequence.forEach((text, i) => {
    const cache = caches[replicaOf(text)];
    const isHit = cache.delete(text);
    cache.set(text, true);
    if (cache.size > entries) {
      cache.delete(cache.keys().next().value);
    }
    hits += isHit && i >= from ? 1 : 0;
  });
  return hits / (sequence.length - from);
}
