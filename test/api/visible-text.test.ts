import { expect, test } from 'vitest';
import { VISIBLE_PATTERN } from '../../src/api/visible-text.ts';
import { assertTexts } from '../../src/serving/input-limits.ts';

test('the pattern of the description accepts the characters that the server accepts', () => {
  const pattern = new RegExp(VISIBLE_PATTERN, 'u');
  const limits = { maxInputs: 1, maxChars: 1 };
  const different: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const text = String.fromCodePoint(codePoint);
    if (pattern.test(text) !== isAccepted(text)) {
      different.push(codePoint.toString(16));
    }
  }
  expect(different).toEqual([]);

  function isAccepted(text: string): boolean {
    try {
      assertTexts([text], limits);
      return true;
    } catch {
      return false;
    }
  }
});
