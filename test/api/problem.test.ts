import { expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode, problemSchema } from '../../src/api/problem.ts';
import { problemJson } from '../../src/http/problems.ts';

const bodyOf = (code: ProblemCode) => JSON.parse(problemJson(code, 'what was wrong'));

test.each(Object.keys(PROBLEMS) as ProblemCode[])(
  'the body of %s has the shape of the schema, with status and title of the table',
  (code) => {
    const [status, title] = PROBLEMS[code];
    expect(problemSchema.parse(bodyOf(code))).toEqual(bodyOf(code));
    expect(bodyOf(code)).toMatchObject({ type: `/problems/${code}`, status, title });
  },
);

test.each(Object.keys(problemSchema.omit({ error: true }).shape))(
  'a body without %s is refused by the schema',
  (field) => {
    const body = { ...bodyOf('not-found'), [field]: undefined };
    expect(problemSchema.safeParse(body).success).toBe(false);
  },
);

test('a type that is not in the table is refused by the schema', () => {
  const body = { ...bodyOf('not-found'), type: '/problems/other' };
  expect(problemSchema.safeParse(body).success).toBe(false);
});
