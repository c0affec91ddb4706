/** `environment/requirements.txt`, by package. */
import { type Requirement, readRequirements } from '../../artifacts/requirements.ts';
import { type Change, groupBy, mapChange, pairs, type Status, statusOf } from './change.ts';

/** Versions are as in the file, without `==`. */
export interface PackageChange extends Change<string> {
  readonly name: string;
  /** `rehashed`: the version is the same, the hashes of its files differ. */
  readonly status: Status | 'rehashed';
}

/** @param texts of both requirements files. */
export function diffPackages(texts: Change<string>): PackageChange[] {
  const packages = mapChange(texts, (text) => groupBy(readRequirements(text), ({ name }) => name));
  return pairs(packages)
    .flatMap(({ name, ...sides }): PackageChange[] => {
      const versions = mapChange(sides, versionOf);
      const hashes = mapChange(sides, (side) => side.flatMap((one) => one.hashes).join());
      if (versions.old !== versions.new) {
        return [{ name, status: statusOf(versions), ...versions }];
      }
      return hashes.old === hashes.new ? [] : [{ name, status: 'rehashed', ...versions }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A package may be required several times, for different platforms. */
function versionOf(requirements: readonly Requirement[]): string {
  return requirements.map(({ specifier }) => specifier.replace(/^==/, '')).join(', ');
}
