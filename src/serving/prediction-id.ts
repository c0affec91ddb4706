/**
 * The id of a prediction carries what feedback on it needs, signed: any replica with the same key can
 * count it, and none has to remember what it predicted.
 */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';

/** Older feedback does not describe how well the model predicts now. */
const MAX_AGE_SECONDS = 7 * 24 * 3600;
/** Replicas' clocks may differ by as much. */
const MAX_AHEAD_SECONDS = 300;

const FORMAT = 1;
const RANDOM_BYTES = 6;
const COMMIT_BYTES = 4;
const HEAD_BYTES = 1 + 4 + COMMIT_BYTES + RANDOM_BYTES;
/** 96 bits of HMAC-SHA-256: RFC 2104, section 5, requires at least 80. */
const MAC_BYTES = 12;

/** What an id has of the commit: its first eight digits. */
export const shortCommit = (commit: string): string => commit.slice(0, 2 * COMMIT_BYTES);

export interface PredictionId {
  /** Label that was predicted. */
  readonly label: string;
  /** First eight digits of the commit that predicted it. */
  readonly commit: string;
}

export type ReadId =
  | ({ readonly status: 'valid' } & PredictionId)
  /** Not signed with this key. */
  | { readonly status: 'forged' }
  | { readonly status: 'expired'; readonly maxAgeSeconds: number };

export interface PredictionIds {
  /** A new id, letters, digits, `-` and `_`; about 48 of them. */
  create(prediction: PredictionId): string;
  read(id: string): ReadId;
}

/**
 * @param key the same on all replicas; without one, only this process can verify its ids.
 * @param nowMs milliseconds since 1970.
 */
export function createPredictionIds(
  key: string | undefined,
  nowMs: () => number = Date.now,
): PredictionIds {
  const secret = createSecretKey(key === undefined ? randomBytes(32) : Buffer.from(key));
  // One call to the system's random generator serves many ids.
  let pool = Buffer.alloc(0);
  const random = (): Buffer => {
    if (pool.byteLength < RANDOM_BYTES) {
      pool = randomBytes(RANDOM_BYTES * 512);
    }
    const bytes = pool.subarray(0, RANDOM_BYTES);
    pool = pool.subarray(RANDOM_BYTES);
    return bytes;
  };
  const mac = (payload: Buffer): Buffer =>
    createHmac('sha256', secret).update(payload).digest().subarray(0, MAC_BYTES);

  return {
    create({ label, commit }) {
      const end = HEAD_BYTES + Buffer.byteLength(label);
      const bytes = Buffer.alloc(end + MAC_BYTES);
      bytes.writeUInt8(FORMAT);
      bytes.writeUInt32BE(Math.floor(nowMs() / 1000), 1);
      bytes.write(commit, 5, COMMIT_BYTES, 'hex');
      random().copy(bytes, 5 + COMMIT_BYTES);
      bytes.write(label, HEAD_BYTES);
      mac(bytes.subarray(0, end)).copy(bytes, end);
      return bytes.toString('base64url');
    },
    read(id) {
      const bytes = Buffer.from(id, 'base64url');
      const payload = bytes.subarray(0, -MAC_BYTES);
      const signed =
        // Other spellings of the same bytes would be other ids.
        bytes.toString('base64url') === id &&
        payload.byteLength > HEAD_BYTES &&
        timingSafeEqual(mac(payload), bytes.subarray(-MAC_BYTES)) &&
        payload.readUInt8() === FORMAT;
      if (!signed) {
        return { status: 'forged' };
      }
      const ageSeconds = nowMs() / 1000 - payload.readUInt32BE(1);
      if (ageSeconds > MAX_AGE_SECONDS || ageSeconds < -MAX_AHEAD_SECONDS) {
        return { status: 'expired', maxAgeSeconds: MAX_AGE_SECONDS };
      }
      return {
        status: 'valid',
        commit: payload.subarray(5, 5 + COMMIT_BYTES).toString('hex'),
        label: payload.subarray(HEAD_BYTES).toString('utf8'),
      };
    },
  };
}
