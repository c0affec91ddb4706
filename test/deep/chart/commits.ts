/** Full SHAs of versions. */
export { MULTILINGUAL as OTHER_COMMIT, PINNED as COMMIT } from '../../../tools/versions.mjs';
