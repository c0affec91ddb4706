/** `post_processor` of tokenizer.json: the tokens around each text, `[CLS] … [SEP]`. */
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

/** One piece of a template. */
type Piece =
  | { readonly SpecialToken: { readonly id: string } }
  | { readonly Sequence: { readonly id: 'A' | 'B' } };

function readTemplate(json: Component): SpecialTokens {
  const pieces = readList(json, 'single') as readonly Piece[];
  const tokens = json.special_tokens as Readonly<Record<string, { ids: readonly number[] }>>;
  const text = pieces.findIndex((piece) => 'Sequence' in piece);
  if (text < 0 || pieces.filter((piece) => 'Sequence' in piece).length > 1) {
    throw unsupported('TemplateProcessing.single', 'one sequence', pieces);
  }
  const idsOf = (piece: Piece): readonly number[] => {
    const ids = 'SpecialToken' in piece ? tokens[piece.SpecialToken.id]?.ids : [];
    if (!ids) {
      throw unsupported('TemplateProcessing.special_tokens', JSON.stringify(piece), tokens);
    }
    return ids;
  };
  return {
    before: pieces.slice(0, text).flatMap(idsOf),
    after: pieces.slice(text + 1).flatMap(idsOf),
  };
}
