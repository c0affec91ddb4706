// Reads objects of a manifest field by field.

/**
 * Reads an object: each field by the function of its name in `table`, others are refused.
 *
 * @param path where the object is, for the message.
 * @returns what the functions returned, by field; without the fields that the object does not have.
 * @throws Error that names a field without a function.
 */
export function readFields(object, path, table) {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new Error(`${path}: expected an object, found ${JSON.stringify(object)}`);
  }
  const entries = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const read = Object.hasOwn(table, name) ? table[name] : undefined;
      if (!read) {
        throw new Error(
          `${path}.${name} is not known here: expected one of ${Object.keys(table).join(', ')}`,
        );
      }
      return [name, read(value, `${path}.${name}`)];
    }),
  );
}

/** A field that is as it stands. */
export const asIs = (value) => value;

/** A field that is for others than the node: the scheduler, the control plane, a reader. */
export const ignored = () => undefined;

/** A field that must have this value. */
export const only = (expected) => (value, path) => {
  if (value !== expected) {
    throw new Error(
      `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(value)}`,
    );
  }
  return value;
};

/** An array of objects. */
export const each = (read) => (values, path) =>
  values.map((value, index) => read(value, `${path}[${index}]`));

const UNITS = {
  ...{ m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 },
};

/** A quantity of Kubernetes as a number: `500m`, `2`, `1Gi`. */
export function quantity(value, path) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(value)) ?? [];
  if (UNITS[unit] === undefined) {
    throw new Error(`${path}: expected a quantity such as 500m or 1Gi, found ${value}`);
  }
  return Number(number) * UNITS[unit];
}
