/** Of valid JSON: a text always has its second quote. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\]:,]|[^\s{}[\]:,"]+/gs;

/**
 * The fields of a JSON object as cells of CSV: texts, and for everything else its JSON, as it was written.
 * A number keeps all of its digits; null is empty. Values may be nested as deep as a row is long.
 *
 * @param json valid JSON of an object.
 */
export function fieldsOf(json: string): Map<string, string> {
  const fields = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let start: number | undefined;
  let end = 0;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const isOpening = token === '{' || token === '[';
    const isClosing = token === '}' || token === ']';
    depth -= Number(isClosing);
    if (depth === 0 || (depth === 1 && token === ',')) {
      if (name !== undefined) {
        fields.set(name, cellOf(json.slice(start, end)));
      }
      name = undefined;
      start = undefined;
    } else if (name === undefined) {
      name = JSON.parse(token) as string;
    } else if (start !== undefined || token !== ':') {
      start ??= index;
      end = index + token.length;
    }
    depth += Number(isOpening);
  }
  return fields;
}

function cellOf(json: string): string {
  if (json.startsWith('"')) {
    return JSON.parse(json) as string;
  }
  return json === 'null' ? '' : json;
}
