/**
 * Reads the components of `tokenizer.json`. What is not known here is refused: a component that was left
 * out would split a text into other tokens than in training.
 */
import { mismatch } from '../../errors.ts';
import { ClassifierError } from '../errors.ts';

/** One component, as it is in the file: `{"type": "BertNormalizer", "lowercase": true, …}`. */
export type Component = Readonly<Record<string, unknown>>;

/** Creates a component of each type that is supported. */
export type Factories<T> = Readonly<Record<string, (component: Component) => T>>;

/** @throws ClassifierError `bad-model` for a type that is not supported. */
export function create<T>(what: string, factories: Factories<T>, json: unknown): T {
  const component = json as Component;
  const type = String(component.type);
  const factory = Object.hasOwn(factories, type) ? factories[type] : undefined;
  if (!factory) {
    throw unsupported(what, `one of ${Object.keys(factories).join(', ')}`, type);
  }
  return factory(component);
}

/** @returns the error to throw: `tokenizer.json: <what>: expected <expected>, found <found>`. */
export function unsupported(what: string, expected: string, found: unknown): ClassifierError {
  const value = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'nothing');
  return new ClassifierError('bad-model', mismatch(`tokenizer.json: ${what}`, expected, value));
}

interface Types {
  readonly boolean: boolean;
  readonly number: number;
  readonly string: string;
}

/**
 * Reads a property.
 *
 * @param fallback where the property is absent or null.
 * @throws ClassifierError `bad-model` if it has another type, or is absent and there is no fallback.
 */
export function read<T extends keyof Types>(
  component: Component,
  key: string,
  type: T,
  fallback?: Types[T],
): Types[T] {
  const value = component[key] ?? fallback;
  if (typeof value !== type) {
    throw unsupported(`${component.type}.${key}`, `a ${type}`, component[key]);
  }
  return value as Types[T];
}

/** Reads one character. @throws ClassifierError `bad-model` for fewer or more. */
export function readCharacter(component: Component, key: string): string {
  const text = read(component, key, 'string');
  if (Array.from(text).length !== 1) {
    throw unsupported(`${component.type}.${key}`, 'one character', JSON.stringify(text));
  }
  return text;
}

/** Reads an array of components. */
export function readList(component: Component, key: string): readonly unknown[] {
  const value = component[key];
  if (!Array.isArray(value)) {
    throw unsupported(`${component.type}.${key}`, 'an array', value);
  }
  return value;
}
