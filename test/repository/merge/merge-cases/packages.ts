/** Requirements by package, and the version of Python. */
import { clean, conflicting, type MergeCase, marked, REQUIREMENTS, text } from './merge-case.ts';

const hashed = (...hashes: string[]): string =>
  text(
    'numpy==1.0 \\',
    ...hashes.map((hash) => `    --hash=sha256:${hash} \\`),
    '    --hash=sha256:z',
  );

const locked = (name: string, version: string, hash: string, via = 'requirements.in'): string[] => [
  `${name}==${version} \\`,
  `    --hash=sha256:${hash}1 \\`,
  `    --hash=sha256:${hash}2`,
  `    # via ${via}`,
];

export const PACKAGE_CASES: readonly MergeCase[] = [
  clean(REQUIREMENTS, 'neighbouring packages, each moved on one side', [
    text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '2.0', 'c'), ...locked('onnx', '1.0', 'b')),
    text(...locked('numpy', '1.0', 'a'), ...locked('onnx', '2.0', 'd')),
    text(...locked('numpy', '2.0', 'c'), ...locked('onnx', '2.0', 'd')),
  ]),
  conflicting(
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
  conflicting(
    REQUIREMENTS,
    'one package moved to one version with different hashes',
    [
      text('numpy==1.0 --hash=sha256:a'),
      text('numpy==1.1 --hash=sha256:b'),
      text('numpy==1.1 --hash=sha256:c'),
      text(
        ...marked(
          'numpy==1.1 --hash=sha256:b',
          'numpy==1.0 --hash=sha256:a',
          'numpy==1.1 --hash=sha256:c',
          '',
        ),
      ),
    ],
    'conflict in numpy: both sides have numpy==1.1, with other hashes',
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
  conflicting(
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
  clean(REQUIREMENTS, 'hashes of one version added by both, far from each other', [
    hashed('a', 'b', 'c', 'd', 'e'),
    hashed('0', 'a', 'b', 'c', 'd', 'e'),
    hashed('a', 'b', 'c', 'd', 'e', 'f'),
    hashed('0', 'a', 'b', 'c', 'd', 'e', 'f'),
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
  clean('environment/requirements.in', 'requirements.in: packages asked for on both sides', [
    text('numpy', 'onnx'),
    text('numpy', 'onnx', 'torch'),
    text('numpy', 'onnxruntime==1.30.*', 'onnx>=1.2'),
    text('numpy', 'onnxruntime==1.30.*', 'onnx>=1.2', 'torch'),
  ]),
  conflicting(
    'environment/.python-version',
    '.python-version is one value',
    ['3.11.7\n', '3.12.1\n', '3.13.0\n', text(...marked('3.12.1', '3.11.7', '3.13.0', ''))],
    'conflict: base 3.11.7, ours 3.12.1, theirs 3.13.0',
  ),
];
