/** Full SHAs of versions. */
export const COMMIT = 'fbd5e27f1f9debc4d6477f8e7dbe057c95762059';
export const OTHER_COMMIT = 'b42fd0ca4c08dfb052454f2231cd601596122177';
