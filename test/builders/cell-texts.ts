/** Texts that stand in cells of tables, good and bad: numbers, times and truths, those at the edges, and near misses of all. */
import fc from 'fast-check'

const pick = (...texts: string[]) => fc.constantFrom(...texts)
const maybe = (text: fc.Arbitrary<string>, rest = '') => fc.oneof(fc.constant(rest), text)
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((some) => some.join(''))
const digits = (maxLength: number, minLength = 1) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength })
const whole = (min: number, max: number) => fc.integer({ min, max }).map(String)
const padded = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'))

const blank = pick(' ', '  ', '\t', '\n', '\r', '\f', '\v', '\u00a0', '\u2003', '\u3000', '\ufeff', '\0')
const amidBlanks = (text: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 5, arbitrary: text }, joined(maybe(blank), text, maybe(blank)))

const sign = pick('', '', '', '-', '+')
const exponent = joined(pick('e', 'E'), sign, fc.oneof(digits(2), digits(4), digits(25)))
const numbers = fc.oneof(
  joined(sign, digits(8)),
  joined(sign, digits(20, 14)),
  joined(sign, digits(6), pick('.'), digits(6, 0)),
  joined(sign, digits(12, 0), pick('.'), digits(20, 0)),
  joined(sign, digits(400), maybe(joined(pick('.'), digits(400, 0)))),
  joined(sign, digits(20, 0), maybe(joined(pick('.'), digits(20, 0))), exponent),
  joined(sign, digits(3), pick('.'), digits(3), pick('e'), whole(140, 155)),
  joined(sign, digits(3), pick('.'), digits(20), pick('e-'), whole(300, 345)),
)

/** Decimal numbers that lie between two doubles, and right beside. */
const ties = fc
  .tuple(
    fc.bigInt(1n << 52n, (1n << 53n) - 1n),
    fc.integer({ min: 1, max: 400 }),
    pick('', '.0', '.000', `.${'0'.repeat(30)}1`, 'e1', 'e-20', 'e-300'),
  )
  .map(([mantissa, power, tail]) => `${(2n * mantissa + 1n) << BigInt(power - 1)}${tail}`)
const about = (value: bigint) => fc.bigInt(value - 3000n, value + 3000n)
const edges = joined(
  sign,
  pick('', '', '0', '0000'),
  fc.oneof(about(2n ** 53n), about(2n ** 63n), about(2n ** 64n), about(10n ** 15n)).map(String),
  pick('', '', '.', '.0', '.000', '.5'),
)

const year = fc.oneof(
  fc.integer({ min: 1900, max: 2100 }).map(String),
  fc.integer({ min: 0, max: 9999 }).map((value) => String(value).padStart(4, '0')),
  whole(0, 300),
  whole(9999, 300_000),
  pick(
    '0',
    '0000',
    '0001',
    '1900',
    '2000',
    '2024',
    '9999',
    '290308',
    '294247',
    '002024',
    '99999999',
    '999999999',
  ),
  digits(12),
)
const month = fc.oneof(padded(13), whole(1, 12), whole(0, 100))
const dayOfMonth = fc.oneof(padded(32), padded(28), pick('28', '29', '30', '31'), whole(0, 100))
const separator = pick('-', '-', '-', '-', '/', '\\', ' ', '.', ':', '')
const date = fc.oneof(
  joined(year, pick('-'), month, pick('-'), dayOfMonth),
  fc
    .tuple(maybe(pick('-', '+')), year, separator, month, separator, dayOfMonth, fc.boolean())
    .map(([before, y, one, m, other, d, same]) => `${before}${y}${one}${m}${same ? one : other}${d}`),
)
const fraction = joined(pick('.', '.', '.', ','), digits(9, 0))
const zone = pick(
  ...[
    'Z',
    'Z ',
    'z',
    ' Z',
    '+02',
    '-0230',
    '+02:30',
    '+14:00',
    '+19:59',
    '-12:61',
    '+99',
    '+2',
    '+02:',
    '+02:3',
    '+02::30',
    '+02:30:10',
  ],
  ...[
    ' UTC',
    ' utc',
    ' UTC  ',
    ' UT',
    ' TC',
    'UTC',
    ' CET',
    ' Europe/Berlin',
    ' PM',
    ' +02',
    ' ',
    '  ',
    '\t',
    'x',
    '-',
    '+',
    '0',
  ],
)
const sixtieths = fc.oneof(padded(59), padded(61), whole(0, 9))
const time = joined(
  fc.oneof(padded(23), padded(25), whole(0, 9), pick('24', '024', '000000024', '0000000024')),
  pick(':'),
  maybe(sixtieths),
  maybe(joined(pick(':'), maybe(sixtieths), maybe(fraction), maybe(zone))),
  maybe(zone),
)
const between = pick(' ', 'T', ' ', 'T', 't', '', '  ', 'T ', ' T', '\t', '\v', '\u00a0', '_')
const onTheHour = joined(
  date,
  pick(' ', 'T'),
  pick('24:00', '24:00:00', '24:00:00.000', '24:00:00.000001', '24:01'),
)
/** Good but for the end of it. */
const zoned = joined(
  whole(1700, 2400),
  pick('-03-28', '-2-9', '-12-31'),
  pick(' ', 'T'),
  pick('04:05:06', '4:5:6', '24:00:00', '04:05'),
  maybe(fraction),
  fc.oneof(zone, fc.string({ unit: fc.constantFrom(...' +-:0123456789ZUTCutc'), maxLength: 7 })),
)
const times = fc.oneof(
  zoned,
  date,
  joined(date, between, time),
  onTheHour,
  joined(
    date,
    pick(' (BC)', ' (bc)', ' (AD)', '(BC)', '\t(BC)', ' (BC', ' BC'),
    maybe(joined(between, time)),
  ),
)

const cased = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.nat())
    .map(([some, mask]) =>
      [...some].map((letter, at) => ((mask >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
    )
const words = cased(
  pick(
    ...[
      'true',
      'false',
      'yes',
      'no',
      't',
      'f',
      'y',
      'n',
      '1',
      '0',
      'on',
      'off',
      'tru',
      'fals',
      'ye',
      'yes ',
      'null',
    ],
    ...[
      'inf',
      'infinity',
      '-inf',
      '-infinity',
      '+inf',
      'infi',
      'infant',
      'nan',
      '-nan',
      'nan(1)',
      'epoch',
      '-epoch',
    ],
    ...[
      'epochs',
      'e',
      'i',
      '0x1f',
      '0b11',
      '0o7',
      '1_000',
      '1_0.0_1',
      '1e1_0',
      '+-1',
      '-+1',
      '--1',
      '1d',
      '1f',
      '1l',
    ],
    ...[
      '\u0661\u0662',
      '\uff11\uff12',
      '\u00b2',
      '\ud835\udfcf',
      '\ud83d\ude00',
      '\u2212' + '5',
      'ye\u017f',
      'na\u0131ve',
      '',
    ],
    ...[
      '12,5',
      '1.234,5',
      '1,234',
      '1 234',
      '$5',
      '5%',
      '(5)',
      '1/2',
      '1-2-3',
      '1:2:3',
      '12:30',
      '[50-60)',
      'V27',
    ],
  ),
)
const alphabet = [
  ...'0123456789+-.eE_:/\\TZ xXinfabnyUC()',
  '\t',
  '\v',
  '\f',
  '\n',
  '\0',
  '\u00a0',
  '\u0663',
  '\u{1f600}',
]
const anything = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 })

const good = fc.oneof(numbers, ties, edges, times, times, words)
/** One character of a good text is left out, put in or put in the place of another. */
const nearMisses = fc
  .tuple(good, fc.nat(), fc.constantFrom(0, 1), fc.oneof(fc.constant(''), fc.constantFrom(...alphabet)))
  .map(([text, place, cut, put]) => {
    const letters = [...text]
    letters.splice(place % (letters.length + 1), cut, put)
    return letters.join('')
  })

export const cellTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: amidBlanks(good) },
  { weight: 3, arbitrary: nearMisses },
  anything,
  fc
    .string({ unit: 'binary', maxLength: 6 })
    .filter((text) => !text.includes('\x01') && !text.includes('\x02')),
)
