/** `data/datasets.json`, by data set and file. */
import type { DataFile, Datasets } from '../../artifacts/datasets.ts';
import {
  byName,
  type Change,
  changedPairs,
  groupBy,
  mapChange,
  pairs,
  type Status,
  statusOf,
} from './change.ts';

/** All rows; rows by label and by language where they changed. */
export interface Counts {
  readonly rows: Change<number>;
  readonly labels: readonly NamedCount[];
  readonly languages: readonly NamedCount[];
}

export interface NamedCount extends Change<number> {
  readonly name: string;
}

export interface DatasetsDiff {
  readonly datasets: readonly DatasetChange[];
  /** The sums for each role, such as `train`, where they changed. */
  readonly totals: readonly (Counts & { readonly role: string })[];
}

export interface DatasetChange {
  readonly name: string;
  readonly status: Status;
  /** Language, source and licence, where they changed. */
  readonly fields: readonly (Change<string> & { readonly name: string })[];
  readonly files: readonly DataFileChange[];
}

export interface DataFileChange extends Counts {
  readonly path: string;
  readonly status: Status;
  readonly role: Change<string>;
  readonly sha256: Change<string>;
}

/** Data sets by name, their files by path. */
export function diffDatasets(change: Change<Datasets>): DatasetsDiff {
  const datasets = pairs(mapChange(change, byName)).map(({ name, ...sides }): DatasetChange => {
    const files = pairs(mapChange(sides, (side) => new Map(side.files.map((f) => [f.path, f]))));
    return {
      name,
      status: statusOf(sides),
      fields: changedPairs(
        mapChange(
          sides,
          ({ language, source, license }) => new Map(Object.entries({ language, source, license })),
        ),
      ),
      files: files
        .filter((file) => JSON.stringify(file.old) !== JSON.stringify(file.new))
        .map(({ name: path, ...file }) => ({
          path,
          status: statusOf(file),
          role: mapChange(file, ({ role }) => role),
          sha256: mapChange(file, ({ sha256 }) => sha256),
          ...diffCounts(mapChange(file, (side) => [side])),
        })),
    };
  });
  return {
    datasets: datasets.filter(({ fields, files }) => fields.length + files.length > 0),
    totals: totals(change),
  };
}

function totals(change: Change<Datasets>): DatasetsDiff['totals'] {
  const byRole = mapChange(change, (datasets) =>
    groupBy(
      datasets.flatMap(({ files }) => files),
      ({ role }) => role,
    ),
  );
  return pairs(byRole)
    .map(({ name: role, ...files }) => ({ role, ...diffCounts(files) }))
    .filter(
      ({ rows, labels, languages }) =>
        rows.old !== rows.new || labels.length + languages.length > 0,
    );
}

function diffCounts(files: Change<readonly DataFile[]>): Counts {
  return {
    rows: mapChange(files, (side) => side.reduce((total, { rows }) => total + rows, 0)),
    labels: changedPairs(mapChange(files, (side) => sum(side.map(({ labels }) => labels)))),
    languages: changedPairs(mapChange(files, (side) => sum(side.map((file) => file.languages)))),
  };
}

function sum(counts: readonly Readonly<Record<string, number>>[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const [name, count] of counts.flatMap((side) => Object.entries(side))) {
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  return totals;
}
