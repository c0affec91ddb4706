/** Content negotiation: RFC 9110, 12.5.1 and 12.5.3. */

export interface MediaType {
  /** Such as `text/plain`. */
  readonly name: string;
  /** Accepted values of the parameter `version`; a client that names none accepts any. */
  readonly versions: readonly string[];
}

interface Preference {
  readonly name: string;
  readonly version: string | undefined;
  /** 0 to 1; 0 is refused. */
  readonly quality: number;
}

/** @returns the index of the type that the client prefers; of equal ones, and where it accepts none, the first. */
export function preferredType(offered: readonly MediaType[], accept: string | undefined): number {
  const preferences = parsePreferences(accept || '*/*');
  const qualities = offered.map((type) => qualityOf(type, preferences));
  return qualities.indexOf(Math.max(...qualities));
}

/** Whether the client accepts gzip, and does not prefer a body that is not compressed. */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  const preferences = parsePreferences(acceptEncoding ?? '');
  const qualityOfCoding = (coding: string): number | undefined =>
    preferences.find(({ name }) => name === coding)?.quality;
  const gzip = qualityOfCoding('gzip') ?? 0;
  return gzip > 0 && gzip >= (qualityOfCoding('identity') ?? 0);
}

function parsePreferences(header: string): Preference[] {
  return header.split(',').map((element) => {
    const [name = '', ...all] = element.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (key: string): string | undefined =>
      all.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1);
    const quality = Number(parameter('q') ?? 1);
    return { name, version: parameter('version')?.replaceAll('"', ''), quality: quality || 0 };
  });
}

/** That of the most specific range which the type is in. */
function qualityOf({ name, versions }: MediaType, preferences: readonly Preference[]): number {
  const ranges = [name, `${name.split('/', 1)[0]}/*`, '*/*'];
  for (const range of ranges) {
    const matching = preferences.filter(
      (each) =>
        each.name === range && (each.version === undefined || versions.includes(each.version)),
    );
    if (matching.length > 0) {
      return Math.max(...matching.map(({ quality }) => quality));
    }
  }
  return 0;
}
