/** The golden texts of a version whose training has none of its own: written for this list, odd ones among them. */
import type { GoldenText } from './make-golden.ts';

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  plain: [
    'What a wonderful morning, I love this city.',
    'This is the worst service I have ever had.',
    'The library opens at nine on Mondays.',
    "I'm not happy with the new update at all",
    'Not bad, not great, just an ordinary lunch.',
    'Thanks so much for the quick help, you saved my day!',
  ],
  emoji: [
    'Best concert of my life 😍🎉',
    '😂',
    'Team breakfast on Friday ☕️ 👩‍💻',
    'Thank you all ❤️❤️❤️ 👏🏽',
    'Our team 🏳️‍🌈🇩🇪 🫨',
  ],
  emoticon: ['Exams are over :D', 'No signal since Monday :('],
  hashtag: [
    'So proud of our girls tonight! #champions #football',
    '#fail #neveragain #BestDayEver',
  ],
  mention: [
    '@city_transit why is the 42 always late? Terrible.',
    'Write to support@example.org if the parcel is missing',
    '@user',
  ],
  link: [
    'New bike lanes on the map: https://example.org/lanes?id=7&lang=en',
    '@jack look http://example.com/p/1',
  ],
  languages: [
    'Guten Morgen, die Bahn fährt heute um 17 Uhr ab Gleis 3.',
    'Quelle belle journée, merci à tous',
    '¡Qué alegría veros a todos mañana!',
    'İstanbul’da ıslak bir gün',
    'شكرا جزيلا، كان يوما جميلا',
    'आज का दिन अच्छा था',
    'วันนี้อากาศดีมาก',
    '今日はとても楽しかった',
    '오늘 정말 즐거웠어요',
    'Москва was great, 東京 was even better, café überall, ΌΣΟΣ',
  ],
  'near-empty': ['ok', '!!!', '?', '.'],
  'rare characters': [
    'This is awful𠮷',
    'This is awful𮯠 and 𲎰',
    'cafe\u0301 and café, ﬁne, ℌello, Ｆｕｌｌ width, ﷺ',
    'zero\u200bwidth, soft\u00adhyphen, no\u00a0break, joiner\u200d, \ufeffmark',
    'marks of newer Unicode: a\u{1ae9} b\u{10efd} c\u{1e08f}',
    'control\u0007 and private \ue000 and \u{10ffff}',
    'line one\nline two\r\n\tline three\u2028line four',
  ],
  'html entity': ['Fish &amp; chips by the sea &lt;3', 'Fish & chips by the sea <3'],
  'special tokens': ['[CLS] [SEP] [PAD] [UNK] [MASK]', '<s> </s> <pad> <unk> <|endoftext|>'],
  'repeated letters': ['Sooooooo goooood, yesssss', 'I HATE WAITING IN LINE FOR NOTHING'],
  long: [
    'We left at dawn, and the road was empty. '.repeat(8) +
      'Then it rained for hours, the tent leaked, the stove broke, and we still laughed. '.repeat(
        8,
      ),
    'wow '.repeat(300),
    `${'a'.repeat(400)} is one word`,
  ],
};

export const GOLDEN_TEXTS: readonly GoldenText[] = Object.entries(TEXTS).flatMap(([kind, texts]) =>
  texts.map((text) => ({ kind, text })),
);
