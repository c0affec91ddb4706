/** `post_processor` of tokenizer.json: the tokens around each text, `[CLS] … [SEP]`. */
import { z } from 'zod';
import { type Component, create, type Factories, readList, unsupported } from './component.ts';

export interface SpecialTokens {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: SpecialTokens = { before: [], after: [] };

const POST_PROCESSORS: Factories<SpecialTokens> = {
  BertProcessing: readClassAndSeparator,
  ByteLevel: () => NONE,
  RobertaProcessing: readClassAndSeparator,
  Sequence: (json) =>
    readList(json, 'processors')
      .map(readSpecialTokens)
      .reduce(
        (inner, outer) => ({
          before: [...outer.before, ...inner.before],
          after: [...inner.after, ...outer.after],
        }),
        NONE,
      ),
  TemplateProcessing: readTemplate,
};

/** @throws ClassifierError `bad-model` for a post-processor that is not supported. */
export function readSpecialTokens(json: unknown): SpecialTokens {
  return json === null || json === undefined
    ? NONE
    : create('post_processor', POST_PROCESSORS, json);
}

function readClassAndSeparator(json: Component): SpecialTokens {
  return { before: [readPair(json, 'cls')], after: [readPair(json, 'sep')] };
}

/** `["[SEP]", 102]` */
function readPair(json: Component, key: string): number {
  const id: unknown = readList(json, key)[1];
  if (typeof id !== 'number') {
    throw unsupported(`${json.type}.${key}`, 'a token and its id', json[key]);
  }
  return id;
}

const templateSchema = z.object({
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int() }) }),
      z.object({ Sequence: z.object({ id: z.literal('A'), type_id: z.int() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
});

type Piece = z.infer<typeof templateSchema>['single'][number];

function readTemplate(json: Component): SpecialTokens {
  const what = 'TemplateProcessing.single';
  const parsed = templateSchema.safeParse(json);
  if (!parsed.success) {
    const expected = 'special tokens, each in special_tokens, around the sequence A';
    throw unsupported(what, expected, { single: json.single, special_tokens: json.special_tokens });
  }
  const { single, special_tokens: tokens } = parsed.data;
  const text = single.findIndex((piece) => 'Sequence' in piece);
  if (text < 0 || single.filter((piece) => 'Sequence' in piece).length > 1) {
    throw unsupported(what, 'one sequence', single);
  }
  // The model receives zeros as token_type_ids.
  const typed = single.find((piece) => Object.values(piece).some(({ type_id: id }) => id !== 0));
  if (typed) {
    throw unsupported(what, 'type_id 0', typed);
  }
  const idsOf = (piece: Piece): readonly number[] => {
    const id = 'SpecialToken' in piece ? piece.SpecialToken.id : '';
    const ids = Object.hasOwn(tokens, id) ? tokens[id]?.ids : undefined;
    if (!ids) {
      throw unsupported('TemplateProcessing.special_tokens', JSON.stringify(piece), tokens);
    }
    return ids;
  };
  return {
    before: single.slice(0, text).flatMap(idsOf),
    after: single.slice(text + 1).flatMap(idsOf),
  };
}
