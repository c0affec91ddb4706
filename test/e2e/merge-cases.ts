/** Merges whose outcome is known: what a person who reads both changes would write. */

export interface MergeCase {
  readonly name: string;
  readonly path: string;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** The text of the merged file. */
  readonly result: string;
  /** The message for each conflict, after the file's name; none for a clean merge. */
  readonly conflicts: readonly string[];
}

const HYPERPARAMETERS = 'hyperparameters.json';
const REQUIREMENTS = 'environment/requirements.txt';
const DATASETS = 'data/datasets.json';

/** Lines of one JSON object. */
const json = (...lines: string[]): string => `{\n${lines.map((l) => `  ${l}`).join('\n')}\n}\n`;

/** Lines of a file. */
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

type Texts = readonly [base: string, ours: string, theirs: string, result: string];

function clean(path: string, name: string, [base, ours, theirs, result]: Texts): MergeCase {
  return { name, path, base, ours, theirs, result, conflicts: [] };
}

function clash(path: string, name: string, texts: Texts, ...conflicts: string[]): MergeCase {
  return { ...clean(path, name, texts), conflicts };
}

/** A conflict between lines of JSON; `''` for a side without the key. */
function marked(ours: string, base: string, theirs: string, indent = '  '): string[] {
  const side = (line: string): string[] => (line === '' ? [] : [`${indent}${line}`]);
  return [
    '<<<<<<< ours',
    ...side(ours),
    '||||||| base',
    ...side(base),
    '=======',
    ...side(theirs),
    '>>>>>>> theirs',
  ];
}

/** The lines of a JSON object that has conflicts among them: those are not indented further. */
const withConflict = (...lines: (string | string[])[]): string =>
  text('{', ...lines.flatMap((line) => (typeof line === 'string' ? [`  ${line}`] : line)), '}');

const keys: readonly MergeCase[] = [
  clean(HYPERPARAMETERS, 'neighbours, each changed on one side', [
    json('"epochs": 2,', '"batch_size": 32'),
    json('"epochs": 3,', '"batch_size": 32'),
    json('"epochs": 2,', '"batch_size": 64'),
    json('"epochs": 3,', '"batch_size": 64'),
  ]),
  clean(HYPERPARAMETERS, 'the same change on both sides', [
    json('"epochs": 2,', '"seed": 1'),
    json('"epochs": 3,', '"seed": 1'),
    json('"epochs": 3,', '"seed": 2'),
    json('"epochs": 3,', '"seed": 2'),
  ]),
  clash(
    HYPERPARAMETERS,
    'one key changed differently',
    [
      json('"epochs": 2,', '"seed": 1'),
      json('"epochs": 3,', '"seed": 1'),
      json('"epochs": 4,', '"seed": 2'),
      withConflict(marked('"epochs": 3,', '"epochs": 2,', '"epochs": 4,'), '"seed": 2'),
    ],
    'conflict in epochs: base 2, ours 3, theirs 4',
  ),
  clean(HYPERPARAMETERS, 'a key deleted on both sides', [
    json('"a": 1,', '"b": 2,', '"c": 3'),
    json('"a": 1,', '"c": 3'),
    json('"a": 1,', '"c": 4'),
    json('"a": 1,', '"c": 4'),
  ]),
  clean(HYPERPARAMETERS, 'the last key deleted by theirs', [
    json('"a": 1,', '"b": 2'),
    json('"a": 9,', '"b": 2'),
    json('"a": 1'),
    json('"a": 9'),
  ]),
  clean(HYPERPARAMETERS, 'the first key deleted by ours', [
    json('"a": 1,', '"b": 2'),
    json('"b": 2'),
    json('"a": 1,', '"b": 3'),
    json('"b": 3'),
  ]),
  clean(HYPERPARAMETERS, 'every key deleted, half on each side', [
    json('"a": 1,', '"b": 2'),
    json('"a": 1'),
    json('"b": 2'),
    '{}\n',
  ]),
  clash(
    HYPERPARAMETERS,
    'deleted by ours, changed by theirs',
    [
      json('"min_count": 2,', '"seed": 1'),
      json('"seed": 1'),
      json('"min_count": 3,', '"seed": 1'),
      withConflict(marked('', '"min_count": 2,', '"min_count": 3,'), '"seed": 1'),
    ],
    'conflict in min_count: base 2, ours deleted, theirs 3',
  ),
  clash(
    HYPERPARAMETERS,
    'changed by ours, deleted by theirs, at the end',
    [
      json('"seed": 1,', '"min_count": 2'),
      json('"seed": 1,', '"min_count": 3'),
      json('"seed": 1'),
      withConflict('"seed": 1,', marked('"min_count": 3', '"min_count": 2', '')),
    ],
    'conflict in min_count: base 2, ours 3, theirs deleted',
  ),
  clean(HYPERPARAMETERS, 'the same key added with the same value', [
    json('"a": 1'),
    json('"a": 1,', '"b": 2,', '"ours": 0'),
    json('"a": 1,', '"b": 2'),
    json('"a": 1,', '"b": 2,', '"ours": 0'),
  ]),
  clash(
    HYPERPARAMETERS,
    'the same key added with different values',
    [
      json('"a": 1'),
      json('"a": 1,', '"b": 2'),
      json('"a": 1,', '"b": 3'),
      withConflict('"a": 1,', marked('"b": 2', '', '"b": 3')),
    ],
    'conflict in b: base none, ours 2, theirs 3',
  ),
  clean(HYPERPARAMETERS, 'different keys added at one place', [
    json('"a": 1,', '"z": 0'),
    json('"a": 1,', '"ours": 2,', '"z": 0'),
    json('"a": 1,', '"theirs": 3,', '"z": 0'),
    json('"a": 1,', '"ours": 2,', '"theirs": 3,', '"z": 0'),
  ]),
  clean(HYPERPARAMETERS, 'different keys added at the end', [
    json('"a": 1'),
    json('"a": 1,', '"ours": 2'),
    json('"a": 1,', '"theirs": 3'),
    json('"a": 1,', '"ours": 2,', '"theirs": 3'),
  ]),
  clean(HYPERPARAMETERS, 'a key added by theirs before the first', [
    json('"a": 1'),
    json('"a": 2'),
    json('"theirs": 3,', '"a": 1'),
    json('"theirs": 3,', '"a": 2'),
  ]),
  clean(HYPERPARAMETERS, 'keys added to an object that was empty', [
    '{\n  "model": {}\n}\n',
    json('"model": { "a": 1 }'),
    json('"model": { "b": 2 }'),
    json('"model": { "a": 1, "b": 2 }'),
  ]),
  clash(
    HYPERPARAMETERS,
    'a type changed by ours, the value by theirs',
    [
      json('"seed": 1'),
      json('"seed": "1"'),
      json('"seed": 2'),
      withConflict(marked('"seed": "1"', '"seed": 1', '"seed": 2')),
    ],
    'conflict in seed: base 1, ours "1", theirs 2',
  ),
  clash(
    HYPERPARAMETERS,
    'an integer made a float by one, changed by the other',
    [
      json('"clip": 1'),
      json('"clip": 1.0'),
      json('"clip": 2'),
      withConflict(marked('"clip": 1.0', '"clip": 1', '"clip": 2')),
    ],
    'conflict in clip: base 1, ours 1.0, theirs 2',
  ),
  clash(
    HYPERPARAMETERS,
    'a value made an object by one, changed by the other',
    [
      json('"model": "a"'),
      json('"model": { "base": "a" }'),
      json('"model": "b"'),
      withConflict(marked('"model": { "base": "a" }', '"model": "a"', '"model": "b"')),
    ],
    'conflict in model: base "a", ours { "base": "a" }, theirs "b"',
  ),
  clash(
    HYPERPARAMETERS,
    'null is a value, not an absence',
    [
      json('"padding": 1'),
      json('"padding": null'),
      '{\n}\n',
      withConflict(marked('"padding": null', '"padding": 1', '')),
    ],
    'conflict in padding: base 1, ours null, theirs deleted',
  ),
  clean(HYPERPARAMETERS, 'keys of one nested object', [
    json('"training": {', '  "epochs": 2,', '  "rate": 1e-4', '}'),
    json('"training": {', '  "epochs": 3,', '  "rate": 1e-4', '}'),
    json('"training": {', '  "epochs": 2,', '  "rate": 2e-4', '}'),
    json('"training": {', '  "epochs": 3,', '  "rate": 2e-4', '}'),
  ]),
  clash(
    HYPERPARAMETERS,
    'only the nested key is in the conflict',
    [
      json('"training": {', '  "epochs": 2,', '  "rate": 1e-4', '}'),
      json('"training": {', '  "epochs": 2,', '  "rate": 2e-4', '}'),
      json('"training": {', '  "epochs": 3,', '  "rate": 3e-4', '}'),
      withConflict(
        '"training": {',
        '  "epochs": 3,',
        marked('"rate": 2e-4', '"rate": 1e-4', '"rate": 3e-4', '    '),
        '}',
      ),
    ],
    'conflict in training.rate: base 1e-4, ours 2e-4, theirs 3e-4',
  ),
  clash(
    HYPERPARAMETERS,
    'an object deleted by ours, changed inside by theirs',
    [
      json('"a": 1,', '"export": {', '  "opset": 17', '}'),
      json('"a": 1'),
      json('"a": 1,', '"export": {', '  "opset": 18', '}'),
      withConflict('"a": 1,', [
        '<<<<<<< ours',
        '||||||| base',
        '  "export": {',
        '    "opset": 17',
        '  }',
        '=======',
        '  "export": {',
        '    "opset": 18',
        '  }',
        '>>>>>>> theirs',
      ]),
    ],
    'conflict in export: base { "opset": 17 }, ours deleted, theirs { "opset": 18 }',
  ),
  clean(HYPERPARAMETERS, 'an object added on both sides, with different keys', [
    json('"a": 1'),
    json('"a": 1,', '"export": {', '  "opset": 17', '}'),
    json('"a": 1,', '"export": {', '  "texts": 384', '}'),
    json('"a": 1,', '"export": {', '  "opset": 17,', '  "texts": 384', '}'),
  ]),
  clash(
    HYPERPARAMETERS,
    'a list is one value',
    [
      json('"seeds": [1, 2]'),
      json('"seeds": [1, 2, 3]'),
      json('"seeds": [1, 2, 4]'),
      withConflict(marked('"seeds": [1, 2, 3]', '"seeds": [1, 2]', '"seeds": [1, 2, 4]')),
    ],
    'conflict in seeds: base [1, 2], ours [1, 2, 3], theirs [1, 2, 4]',
  ),
  clean(HYPERPARAMETERS, 'numbers keep the spelling of the side that wrote them', [
    json('"rate": 1e-4,', '"decay": 0.01,', '"clip": 1.0,', '"big": 12345678901234567890'),
    json('"rate": 2e-4,', '"decay": 0.01,', '"clip": 1.0,', '"big": 12345678901234567890'),
    json('"rate": 1e-4,', '"decay": 1.0E-2,', '"clip": 1.50,', '"big": 12345678901234567890'),
    json('"rate": 2e-4,', '"decay": 1.0E-2,', '"clip": 1.50,', '"big": 12345678901234567890'),
  ]),
  clean(HYPERPARAMETERS, 'a number spelled otherwise is no change of its value', [
    json('"rate": 1e-4'),
    json('"rate": 0.0001'),
    json('"rate": 2e-4'),
    json('"rate": 2e-4'),
  ]),
  clash(
    HYPERPARAMETERS,
    'integers that a double can not distinguish are different',
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
  clean(HYPERPARAMETERS, 'an object laid out anew is no change of its values', [
    json('"labels": ["a", "b"],', '"x": { "y": 1 }'),
    json('"labels": [', '  "a",', '  "b"', '],', '"x": {', '  "y": 1', '}'),
    json('"labels": ["a", "b", "c"],', '"x": { "y": 2 }'),
    json('"labels": ["a", "b", "c"],', '"x": {', '  "y": 2', '}'),
  ]),
  clean(HYPERPARAMETERS, 'keys in another order are no change', [
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
  clash(
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
  clean(HYPERPARAMETERS, 'no line end at the end stays so', [
    '{\n  "a": 1,\n  "b": 2\n}',
    '{\n  "a": 2,\n  "b": 2\n}',
    '{\n  "a": 1,\n  "b": 3\n}',
    '{\n  "a": 2,\n  "b": 3\n}',
  ]),
  clash(
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

const lines: readonly MergeCase[] = [
  clash(
    HYPERPARAMETERS,
    'what is not JSON is merged by lines',
    [
      text('{', '  "a": 1', '  "b": 2', '}'),
      text('{', '  "a": 2', '  "b": 2', '}'),
      text('{', '  "a": 3', '  "b": 2', '}'),
      text('{', ...marked('"a": 2', '"a": 1', '"a": 3'), '  "b": 2', '}'),
    ],
    'conflict between lines, in 1 places',
  ),
  clean(HYPERPARAMETERS, 'a key that is there twice is merged by lines', [
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

const locked = (name: string, version: string, hash: string, via = 'requirements.in'): string[] => [
  `${name}==${version} \\`,
  `    --hash=sha256:${hash}1 \\`,
  `    --hash=sha256:${hash}2`,
  `    # via ${via}`,
];

const packages: readonly MergeCase[] = [
  clean(REQUIREMENTS, 'neighbouring packages, each moved on one side', [
    text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '2.0', 'c'), ...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '2.0', 'd')),
    text(...locked('numpy', '2.0', 'c'), ...locked('onnx', '2.0', 'd')),
  ]),
  clash(
    REQUIREMENTS,
    'one package moved to two versions',
    [
      text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '1.0', 'b')),
      text(...locked('numpy', '1.1', 'c'), ...locked('onnx', '1.0', 'b')),
      text(...locked('numpy', '1.2', 'd'), ...locked('onnx', '1.0', 'b')),
      text(
        '<<<<<<< ours',
        ...locked('numpy', '1.1', 'c').slice(0, -1),
        '||||||| base',
        ...locked('numpy', '1.0', 'a').slice(0, -1),
        '=======',
        ...locked('numpy', '1.2', 'd').slice(0, -1),
        '>>>>>>> theirs',
        '    # via requirements.in',
        ...locked('onnx', '1.0', 'b'),
      ),
    ],
    'conflict in numpy: base numpy==1.0 --hash=sha256:a1 --hash=sha256:a2, ' +
      'ours numpy==1.1 --hash=sha256:c1 --hash=sha256:c2, ' +
      'theirs numpy==1.2 --hash=sha256:d1 --hash=sha256:d2',
  ),
  clean(REQUIREMENTS, 'the same package moved to one version', [
    text(...locked('numpy', '1.0', 'a')),
    text(...locked('numpy', '1.1', 'c'), ...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '1.1', 'c')),
    text(...locked('numpy', '1.1', 'c'), ...locked('onnx', '1.0', 'b')),
  ]),
  clean(REQUIREMENTS, 'packages added at one place', [
    text(...locked('numpy', '1.0', 'a')),
    text(...locked('numpy', '1.0', 'a'), ...locked('torch', '2.0', 'e')),
    text(...locked('numpy', '1.0', 'a'), ...locked('sentencepiece', '0.2', 'f')),
    text(
      ...locked('numpy', '1.0', 'a'),
      ...locked('torch', '2.0', 'e'),
      ...locked('sentencepiece', '0.2', 'f'),
    ),
  ]),
  clash(
    REQUIREMENTS,
    'a package removed by ours, moved by theirs',
    [
      text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '1.0', 'b')),
      text(...locked('onnx', '1.0', 'b')),
      text(...locked('numpy', '1.1', 'c'), ...locked('onnx', '1.0', 'b')),
      text(
        '<<<<<<< ours',
        '||||||| base',
        ...locked('numpy', '1.0', 'a'),
        '=======',
        ...locked('numpy', '1.1', 'c'),
        '>>>>>>> theirs',
        ...locked('onnx', '1.0', 'b'),
      ),
    ],
    'conflict in numpy: base numpy==1.0 --hash=sha256:a1 --hash=sha256:a2 # via requirements.in, ' +
      'ours deleted, theirs numpy==1.1 --hash=sha256:c1 --hash=sha256:c2 # via requirements.in',
  ),
  clean(REQUIREMENTS, 'a package removed by ours, its comment changed by theirs', [
    text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '1.0', 'b')),
    text(...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '1.0', 'a', 'scipy'), ...locked('onnx', '1.1', 'c')),
    text(...locked('onnx', '1.1', 'c')),
  ]),
  clean(REQUIREMENTS, 'hashes added by one, who needs it by both', [
    text('numpy==1.0 --hash=sha256:a1', '    # via', '    #   onnx'),
    text('numpy==1.0 --hash=sha256:a1', '    # via', '    #   onnx', '    #   scipy'),
    text(
      'numpy==1.0 --hash=sha256:a1 \\',
      '  --hash=sha256:a2',
      '    # via',
      '    #   onnx',
      '    #   torch',
    ),
    text(
      'numpy==1.0 --hash=sha256:a1 \\',
      '  --hash=sha256:a2',
      '    # via',
      '    #   onnx',
      '    #   scipy',
      '    #   torch',
    ),
  ]),
  clean(REQUIREMENTS, 'a name spelled otherwise is the same package', [
    text('Foo_Bar==1.0', 'numpy==1.0'),
    text('foo-bar==1.0', 'numpy==1.0'),
    text('Foo_Bar==2.0', 'numpy==1.0'),
    text('Foo_Bar==2.0', 'numpy==1.0'),
  ]),
  clean(REQUIREMENTS, 'comments at the top, options and extras', [
    text('# made by uv', '', '--pre', 'uvicorn[standard]==1.0', 'numpy==1.0'),
    text('# made by uv', '# for Linux', '', '--pre', 'uvicorn[standard]==1.0', 'numpy==1.1'),
    text('# made by uv', '', '--pre', '-c limits.txt', 'uvicorn[standard]==1.1', 'numpy==1.0'),
    text(
      '# made by uv',
      '# for Linux',
      '',
      '--pre',
      '-c limits.txt',
      'uvicorn[standard]==1.1',
      'numpy==1.1',
    ),
  ]),
  clean('environment/requirements.in', 'requirements.in: packages added on both sides', [
    text('numpy', 'onnx'),
    text('numpy', 'onnx', 'torch'),
    text('numpy', 'onnxruntime==1.30.*', 'onnx>=1.2'),
    text('numpy', 'onnxruntime==1.30.*', 'onnx>=1.2', 'torch'),
  ]),
  clash(
    'environment/.python-version',
    '.python-version is one value',
    ['3.11.7\n', '3.12.1\n', '3.13.0\n', text(...marked('3.12.1', '3.11.7', '3.13.0', ''))],
    'conflict: base 3.11.7, ours 3.12.1, theirs 3.13.0',
  ),
];

type Dataset = readonly [name: string, files: Readonly<Record<string, number>>];

/** As `datasets.json` is written, of which only paths and rows are here. */
const datasets = (...all: Dataset[]): string => {
  const list = all.map(([name, files]) => ({
    name,
    files: Object.entries(files).map(([path, rows]) => ({ path, rows })),
  }));
  return `${JSON.stringify({ datasets: list }, null, 2)}\n`;
};

const EN: Dataset = ['en', { 'en/train.tsv': 10, 'en/dev.tsv': 2 }];

const data: readonly MergeCase[] = [
  clean(DATASETS, 'a data set added on each side', [
    datasets(EN),
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(EN, ['fr', { 'fr/train.tsv': 6 }]),
    datasets(EN, ['de', { 'de/train.tsv': 5 }], ['fr', { 'fr/train.tsv': 6 }]),
  ]),
  clean(DATASETS, 'a file added to a data set by one, another changed by the other', [
    datasets(EN),
    datasets(['en', { 'en/train.tsv': 10, 'en/dev.tsv': 2, 'en/test.tsv': 3 }]),
    datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2 }]),
    datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2, 'en/test.tsv': 3 }]),
  ]),
  clash(
    DATASETS,
    'one file changed differently: only its count is in the conflict',
    [
      datasets(EN),
      datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2 }]),
      datasets(['en', { 'en/train.tsv': 12, 'en/dev.tsv': 2 }]),
      datasets(EN).replace(
        '          "rows": 10\n',
        text(...marked('"rows": 11', '"rows": 10', '"rows": 12', '          ')),
      ),
    ],
    'conflict in datasets.en.files.en/train.tsv.rows: base 10, ours 11, theirs 12',
  ),
  clean(DATASETS, 'a data set removed by ours, another changed by theirs', [
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(['de', { 'de/train.tsv': 5 }]),
    datasets(EN, ['de', { 'de/train.tsv': 6 }]),
    datasets(['de', { 'de/train.tsv': 6 }]),
  ]),
  clash(
    DATASETS,
    'a file removed by ours, changed by theirs',
    [
      datasets(EN),
      datasets(['en', { 'en/train.tsv': 10 }]),
      datasets(['en', { 'en/train.tsv': 10, 'en/dev.tsv': 3 }]),
      datasets(EN).replace(
        /^ {8}\{\n.*dev.*\n.*\n {8}\}\n/m,
        text(
          '<<<<<<< ours',
          '||||||| base',
          '        {',
          '          "path": "en/dev.tsv",',
          '          "rows": 2',
          '        }',
          '=======',
          '        {',
          '          "path": "en/dev.tsv",',
          '          "rows": 3',
          '        }',
          '>>>>>>> theirs',
        ),
      ),
    ],
    'conflict in datasets.en.files.en/dev.tsv: base { "path": "en/dev.tsv", "rows": 2 }, ' +
      'ours deleted, theirs { "path": "en/dev.tsv", "rows": 3 }',
  ),
  clean(DATASETS, 'data sets in another order are no change', [
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(['de', { 'de/train.tsv': 5 }], EN),
    datasets(EN, ['de', { 'de/train.tsv': 6 }]),
    datasets(['de', { 'de/train.tsv': 6 }], EN),
  ]),
  clash(
    DATASETS,
    'the same data set added with different files in one place',
    [
      datasets(EN),
      datasets(EN, ['de', { 'de/train.tsv': 5 }]),
      datasets(EN, ['de', { 'de/train.tsv': 6, 'de/dev.tsv': 1 }]),
      datasets(EN, ['de', { 'de/train.tsv': 5, 'de/dev.tsv': 1 }]).replace(
        '          "rows": 5\n',
        text(...marked('"rows": 5', '', '"rows": 6', '          ')),
      ),
    ],
    'conflict in datasets.de.files.de/train.tsv.rows: base none, ours 5, theirs 6',
  ),
];

export const MERGE_CASES: readonly MergeCase[] = [...keys, ...lines, ...packages, ...data];
