/**
 * A queue that divides the workers fairly between clients: start-time fair queueing (Goyal, Vin, Cheng:
 * "Start-time Fair Queuing", SIGCOMM 1996). Each item has a tag in virtual time. Virtual time advances
 * by the cost that each of the waiting clients has been served; a client that was served more is ahead of
 * it, and its next item comes after the items of the others.
 */

export interface Costed {
  /** A whole number. */
  readonly cost: number;
}

/** Opaque, compared by identity; undefined is one client too. */
export type ClientKey = unknown;

/** Where new items of a client would be in the queue. */
export interface Position {
  /** The tag of the first of them. */
  readonly tag: number;
  /** Cost of the items before the first of them. */
  readonly beforeFirst: number;
  /** Cost of the items before the last of them. */
  readonly beforeLast: number;
  /** Cost of what the other clients are served before it is this client's turn again. */
  readonly debt: number;
  /** True if other items of the client wait. */
  readonly isWaiting: boolean;
}

export interface FairQueue<T extends Costed> {
  /** Number of items. */
  length(): number;
  /** Cost of all items. */
  cost(): number;
  add(client: ClientKey, items: readonly T[]): void;
  /** Items of the client were not added: it keeps its place for the next time. */
  refuse(client: ClientKey): void;
  /** Another client waits for the same item: it becomes the item of the one who would be served first. */
  join(client: ClientKey, item: T): void;
  /** Removes items that are served now. */
  serve(items: ReadonlySet<T>): void;
  /** Removes items that will not be served. */
  remove(items: ReadonlySet<T>): void;
  positionOf(client: ClientKey, cost: number): Position;
  /** The first items in the fair order. */
  inFairOrder(count: number): readonly T[];
  /** The items that have waited longest. */
  inArrivalOrder(count: number): readonly T[];
  /** The last item in the fair order, if its tag is higher than this one. */
  lastAfter(tag: number): T | undefined;
}

interface Client {
  /** Virtual time when it was refused for the first time since it was admitted last. */
  refusedAt?: number | undefined;
  /** Virtual time until which it has been served. */
  served: number;
  /** Cost of its items. */
  waiting: number;
}

interface Entry<T> {
  readonly item: T;
  readonly tag: number;
  readonly key: ClientKey;
}

interface State<T> {
  /** In the order of their tags; of equal tags, the oldest first. */
  entries: Entry<T>[];
  /** In the order of arrival. */
  readonly byItem: Map<T, Entry<T>>;
  readonly clients: Map<ClientKey, Client>;
  /** Number of clients that have items. */
  waitingClients: number;
  virtualTime: number;
  cost: number;
}

/** Clients without items are forgotten when there are more than this many. */
const MAX_IDLE_CLIENTS = 1_000;

export function createFairQueue<T extends Costed>(): FairQueue<T> {
  const state: State<T> = {
    entries: [],
    byItem: new Map(),
    clients: new Map(),
    waitingClients: 0,
    virtualTime: 0,
    cost: 0,
  };
  return {
    length: () => state.entries.length,
    cost: () => state.cost,
    add: (key, items) => {
      for (const item of items) {
        insert(state, key, item);
      }
      const client = state.clients.get(key);
      if (client) {
        client.refusedAt = undefined;
      }
    },
    refuse: (key) => {
      clientOf(state, key).refusedAt ??= state.virtualTime;
    },
    join: (client, item) => {
      const entry = state.byItem.get(item);
      if (entry && nextTag(state, state.clients.get(client)) < entry.tag) {
        takeOut(state, new Set([item]));
        // Its place in the order of arrival stays.
        insert(state, client, item);
      }
    },
    serve: (items) => {
      state.virtualTime = Math.max(state.virtualTime, state.entries[0]?.tag ?? 0);
      for (const { item, tag, key } of takeOut(state, items)) {
        const client = state.clients.get(key) as Client;
        client.served = Math.max(client.served, tag + item.cost);
        state.byItem.delete(item);
      }
      forgetClients(state);
    },
    remove: (items) => {
      for (const { item } of takeOut(state, items)) {
        state.byItem.delete(item);
      }
      forgetClients(state);
    },
    positionOf: (client, cost) => positionOf(state, client, cost),
    inFairOrder: (count) => state.entries.slice(0, count).map(({ item }) => item),
    inArrivalOrder: (count) => firstKeys(state.byItem, count),
    lastAfter: (tag) => {
      const last = state.entries.at(-1);
      return last && last.tag > tag ? last.item : undefined;
    },
  };
}

function clientOf({ clients }: State<unknown>, key: ClientKey): Client {
  let client = clients.get(key);
  if (!client) {
    client = { served: 0, waiting: 0 };
    clients.set(key, client);
  }
  return client;
}

function nextTag(
  { virtualTime }: Pick<State<unknown>, 'virtualTime'>,
  client: Client | undefined,
): number {
  return Math.max(virtualTime, client?.served ?? 0) + (client?.waiting ?? 0);
}

function insert<T extends Costed>(state: State<T>, key: ClientKey, item: T): void {
  const client = clientOf(state, key);
  const entry = { item, tag: nextTag(state, client), key };
  state.entries.splice(countUpTo(state, entry.tag), 0, entry);
  state.byItem.set(item, entry);
  state.waitingClients += client.waiting === 0 ? 1 : 0;
  client.waiting += item.cost;
  state.cost += item.cost;
}

function takeOut<T extends Costed>(state: State<T>, items: ReadonlySet<T>): Entry<T>[] {
  const taken = state.entries.filter(({ item }) => items.has(item));
  state.entries = state.entries.filter(({ item }) => !items.has(item));
  for (const { item, key } of taken) {
    const client = state.clients.get(key) as Client;
    client.waiting -= item.cost;
    state.waitingClients -= client.waiting === 0 ? 1 : 0;
    state.cost -= item.cost;
  }
  return taken;
}

/** So that a client which comes and goes takes no memory, and waits no longer for what was long ago. */
function forgetClients(state: State<unknown>): void {
  const { entries, clients } = state;
  if (entries.length === 0) {
    clients.clear();
    state.virtualTime = 0;
  } else if (clients.size > MAX_IDLE_CLIENTS + entries.length) {
    for (const [key, { waiting, served }] of clients) {
      if (waiting === 0 && served <= state.virtualTime) {
        clients.delete(key);
      }
    }
  }
}

function positionOf(state: State<Costed>, key: ClientKey, cost: number): Position {
  const { virtualTime, waitingClients } = state;
  const client = state.clients.get(key);
  const isWaiting = (client?.waiting ?? 0) > 0;
  // A refused client is judged as if it had come when it was refused for the first time.
  const tag = nextTag({ virtualTime: client?.refusedAt ?? virtualTime }, client);
  return {
    tag,
    beforeFirst: costUpTo(state, tag),
    beforeLast: costUpTo(state, tag + cost),
    debt: (tag - virtualTime) * (waitingClients - (isWaiting ? 1 : 0)),
    isWaiting,
  };
}

/** Of the shorter side, since a full queue refuses many requests whose place is at its end. */
function costUpTo(state: State<Costed>, tag: number): number {
  const { entries, cost } = state;
  const count = countUpTo(state, tag);
  return 2 * count <= entries.length
    ? sumOf(entries, 0, count)
    : cost - sumOf(entries, count, entries.length);
}

function sumOf(entries: readonly Entry<Costed>[], from: number, to: number): number {
  let cost = 0;
  for (let at = from; at < to; at++) {
    cost += (entries[at] as Entry<Costed>).item.cost;
  }
  return cost;
}

/** How many entries have a tag up to this one. */
function countUpTo({ entries }: State<unknown>, tag: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry<unknown>).tag <= tag) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function firstKeys<T>(map: ReadonlyMap<T, unknown>, count: number): T[] {
  const keys: T[] = [];
  for (const key of map.keys()) {
    if (keys.length === count) {
      break;
    }
    keys.push(key);
  }
  return keys;
}
