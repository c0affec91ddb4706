/** JSON keeps its spelling and layout; what has no format is merged line by line. */
import {
  clean,
  conflicting,
  HYPERPARAMETERS,
  json,
  type MergeCase,
  marked,
  text,
  withConflict,
} from './merge-case.ts';

export const SPELLING_CASES: readonly MergeCase[] = [
  clean(HYPERPARAMETERS, 'numbers keep the spelling of their author', [
    json('"rate": 1e-4,', '"decay": 0.01,', '"clip": 1.0,', '"big": 12345678901234567890'),
    json('"rate": 2e-4,', '"decay": 0.01,', '"clip": 1.0,', '"big": 12345678901234567890'),
    json('"rate": 1e-4,', '"decay": 1.0E-2,', '"clip": 1.50,', '"big": 12345678901234567890'),
    json('"rate": 2e-4,', '"decay": 1.0E-2,', '"clip": 1.50,', '"big": 12345678901234567890'),
  ]),
  clean(HYPERPARAMETERS, 'another spelling of a number is not a change of its value', [
    json('"rate": 1e-4'),
    json('"rate": 0.0001'),
    json('"rate": 2e-4'),
    json('"rate": 2e-4'),
  ]),
  conflicting(
    HYPERPARAMETERS,
    'integers that a double can not tell apart are different',
    [
      json('"big": 9007199254740992'),
      json('"big": 9007199254740993'),
      json('"big": 9007199254740994'),
      withConflict(
        marked('"big": 9007199254740993', '"big": 9007199254740992', '"big": 9007199254740994'),
      ),
    ],
    'conflict in big: base 9007199254740992, ours 9007199254740993, theirs 9007199254740994',
  ),
  clean(HYPERPARAMETERS, 'another layout of an object is not a change of its values', [
    json('"labels": ["a", "b"],', '"x": { "y": 1 }'),
    json('"labels": [', '  "a",', '  "b"', '],', '"x": {', '  "y": 1', '}'),
    json('"labels": ["a", "b", "c"],', '"x": { "y": 2 }'),
    json('"labels": ["a", "b", "c"],', '"x": {', '  "y": 2', '}'),
  ]),
  clean(HYPERPARAMETERS, 'another order of keys is not a change', [
    json('"a": 1,', '"b": 2'),
    json('"b": 2,', '"a": 1'),
    json('"a": 1,', '"b": 3'),
    json('"b": 3,', '"a": 1'),
  ]),
  clean(HYPERPARAMETERS, 'empty lines between groups of keys stay', [
    json('"a": 1,', '', '"b": 2'),
    json('"a": 9,', '', '"b": 2'),
    json('"a": 1,', '', '"b": 2,', '', '"c": 3'),
    json('"a": 9,', '', '"b": 2,', '', '"c": 3'),
  ]),
  clean(HYPERPARAMETERS, 'objects on one line stay on one line', [
    '{"a": 1, "b": 2}',
    '{"a": 1, "b": 2, "c": 3}',
    '{"b": 2, "d": 4}',
    '{"b": 2, "c": 3, "d": 4}',
  ]),
  conflicting(
    HYPERPARAMETERS,
    'a conflict on one line gets lines of its own',
    [
      '{"a": 1, "b": 2, "c": 3}',
      '{"a": 1, "b": 3, "c": 3}',
      '{"a": 1, "b": 4, "c": 3}',
      ['{"a": 1,', ...marked('"b": 3,', '"b": 2,', '"b": 4,', ''), ' "c": 3}'].join('\n'),
    ],
    'conflict in b: base 2, ours 3, theirs 4',
  ),
  clean(HYPERPARAMETERS, 'any character in keys and values', [
    json('"größe 日本": "ä",', '"\\u00e9": 1,', '"a.b": "\\n"'),
    json('"größe 日本": "😀",', '"\\u00e9": 1,', '"a.b": "\\n"'),
    json('"größe 日本": "ä",', '"é": 2,', '"a.b": "\\t"'),
    json('"größe 日本": "😀",', '"é": 2,', '"a.b": "\\t"'),
  ]),
  clean(HYPERPARAMETERS, 'keys that are names of JavaScript', [
    json('"__proto__": 1,', '"constructor": 2'),
    json('"__proto__": 2,', '"constructor": 2'),
    json('"__proto__": 1,', '"constructor": 3'),
    json('"__proto__": 2,', '"constructor": 3'),
  ]),
  clean(HYPERPARAMETERS, 'lines that end as on Windows', [
    '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n',
    '{\r\n  "a": 2,\r\n  "b": 2\r\n}\r\n',
    '{\r\n  "a": 1,\r\n  "b": 3\r\n}\r\n',
    '{\r\n  "a": 2,\r\n  "b": 3\r\n}\r\n',
  ]),
  clean(HYPERPARAMETERS, 'a byte order mark stays', [
    '\uFEFF{\n  "a": 1,\n  "b": 2\n}\n',
    '\uFEFF{\n  "a": 2,\n  "b": 2\n}\n',
    '\uFEFF{\n  "a": 1,\n  "b": 3\n}\n',
    '\uFEFF{\n  "a": 2,\n  "b": 3\n}\n',
  ]),
  clean(HYPERPARAMETERS, 'a byte order mark added by one, a value changed by the other', [
    '{\n  "a": 1\n}\n',
    '\uFEFF{\n  "a": 1\n}\n',
    '{\n  "a": 2\n}\n',
    '\uFEFF{\n  "a": 2\n}\n',
  ]),
  clean(HYPERPARAMETERS, 'no line end at the end stays so', [
    '{\n  "a": 1,\n  "b": 2\n}',
    '{\n  "a": 2,\n  "b": 2\n}',
    '{\n  "a": 1,\n  "b": 3\n}',
    '{\n  "a": 2,\n  "b": 3\n}',
  ]),
  conflicting(
    HYPERPARAMETERS,
    'two conflicts beside each other',
    [
      json('"a": 1,', '"b": 1'),
      json('"a": 2,', '"b": 2'),
      json('"a": 3,', '"b": 3'),
      withConflict(marked('"a": 2,', '"a": 1,', '"a": 3,'), marked('"b": 2', '"b": 1', '"b": 3')),
    ],
    'conflict in a: base 1, ours 2, theirs 3',
    'conflict in b: base 1, ours 2, theirs 3',
  ),
  clean('config.json', 'config.json: a list of labels and a size', [
    json('"vocab_size": 100,', '"id2label": {"0": "a"}'),
    json('"vocab_size": 200,', '"id2label": {"0": "a"}'),
    json('"vocab_size": 100,', '"id2label": {"0": "b"}'),
    json('"vocab_size": 200,', '"id2label": {"0": "b"}'),
  ]),
  clean('environment/environment.json', 'environment.json: command and variables', [
    json('"command": "a",', '"variables": {', '  "X": "1"', '}'),
    json('"command": "b",', '"variables": {', '  "X": "1"', '}'),
    json('"command": "a",', '"variables": {', '  "X": "1",', '  "Y": "2"', '}'),
    json('"command": "b",', '"variables": {', '  "X": "1",', '  "Y": "2"', '}'),
  ]),
];

export const LINE_CASES: readonly MergeCase[] = [
  conflicting(
    HYPERPARAMETERS,
    'text that is not JSON is merged by lines',
    [
      text('{', '  "a": 1', '  "b": 2', '}'),
      text('{', '  "a": 2', '  "b": 2', '}'),
      text('{', '  "a": 3', '  "b": 2', '}'),
      text('{', ...marked('"a": 2', '"a": 1', '"a": 3'), '  "b": 2', '}'),
    ],
    'conflict between lines, in 1 places',
  ),
  clean(HYPERPARAMETERS, 'a file with a key twice is merged by lines', [
    json('"a": 1,', '"b": 2,', '"c": 3,', '"d": 4,', '"a": 5'),
    json('"a": 2,', '"b": 2,', '"c": 3,', '"d": 4,', '"a": 5'),
    json('"a": 1,', '"b": 2,', '"c": 3,', '"d": 4,', '"a": 6'),
    json('"a": 2,', '"b": 2,', '"c": 3,', '"d": 4,', '"a": 6'),
  ]),
  clean('README.md', 'a text is merged by lines', [
    text('a', 'b', 'c', 'd', 'e'),
    text('A', 'b', 'c', 'd', 'e'),
    text('a', 'b', 'c', 'd', 'E'),
    text('A', 'b', 'c', 'd', 'E'),
  ]),
];
