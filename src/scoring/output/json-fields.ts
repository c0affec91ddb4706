import { parseTree } from 'jsonc-parser';

/**
 * The fields of a JSON object as cells of CSV: texts, and for everything else its JSON, as it was written.
 * A number keeps all of its digits; null is empty.
 */
export function fieldsOf(json: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { children = [] } of parseTree(json)?.children ?? []) {
    const [name, value] = children;
    if (name && value) {
      const { type, offset, length } = value;
      const cell =
        type === 'string'
          ? value.value
          : type === 'null'
            ? ''
            : json.slice(offset, offset + length);
      fields.set(name.value, cell);
    }
  }
  return fields;
}
