/** Files that somebody could upload: what each is, and whether it is read (held against another parser) or refused. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { linesIndependently, parsedIndependently, type Table } from './read-table.ts'

export interface HostileFile {
  readonly what: string
  readonly bytes: () => Buffer | Promise<Buffer>
  /** What it holds; otherwise it is refused. */
  readonly holds?: () => Table
  readonly refused?: { readonly error: string; readonly says: readonly string[] }
  /** Cells that must not stand in the message. */
  readonly never?: string
}

/** Delimited text that must be read as csv-parse reads it, in whatever bytes it comes. */
const csv = (
  what: string,
  text: string,
  { delimiter = ',', bytes = Buffer.from(text) } = {},
): HostileFile => ({
  what,
  bytes: () => bytes,
  holds: () => parsedIndependently(text, delimiter),
})

const lines = (what: string, text: string, bytes = Buffer.from(text)): HostileFile => ({
  what,
  bytes: () => bytes,
  holds: () => linesIndependently(text),
})

const refused = (
  what: string,
  content: string | Buffer,
  error: string,
  says: readonly string[],
  never?: string,
): HostileFile => ({
  what,
  bytes: () => Buffer.from(content),
  refused: { error, says },
  ...(never === undefined ? {} : { never }),
})

const unreadable = (what: string, content: string | Buffer, ...says: string[]) =>
  refused(what, content, 'DatasetUnreadable', says, 'Zubrowka')
const mismatch = (what: string, content: string | Buffer, ...says: string[]) =>
  refused(what, content, 'DatasetSchemaMismatch', says)
const empty = (what: string, content: string | Buffer, ...says: string[]) =>
  refused(what, content, 'DatasetEmpty', says)

/** The bytes from `start` up to `end`, counted from the end, replaced. */
export const overwritten = (bytes: Buffer, start: number, end: number, by: number) =>
  Buffer.concat([bytes.subarray(0, start), Buffer.alloc(end - start, by), bytes.subarray(end)])

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()
const plain = 'id,city,amount\n1,Zürich,2.5\n2,"Łódź, Poland",\n3,São Paulo,-7\n'
const latin = 'id,city,amount\n1,Zürich,2.5\n2,"São, Paulo",\n3,Århus,-7\n'
const many = `id,text\n${Array.from({ length: 5_000 }, (_, at) => `${at},row number ${at * 7919}`).join('\n')}\n`
const manyLines = Array.from({ length: 3_000 }, (_, at) =>
  JSON.stringify({ id: at, text: `row ${at}` }),
).join('\n')
const wide = Array.from({ length: 300 }, (_, at) => `c${at}`)
const megabytes = 'x y'.repeat(1_700_000)

export const encodings: readonly HostileFile[] = [
  csv('UTF-8', plain),
  csv('UTF-8 with a byte order mark', plain, { bytes: Buffer.from(`\ufeff${plain}`) }),
  csv('UTF-16 little endian', plain, { bytes: Buffer.from(`\ufeff${plain}`, 'utf16le') }),
  csv('UTF-16 big endian', plain, { bytes: swapped(`\ufeff${plain}`) }),
  csv('UTF-16 little endian without a mark', plain, { bytes: Buffer.from(plain, 'utf16le') }),
  csv('UTF-16 big endian without a mark', plain, { bytes: swapped(plain) }),
  csv('UTF-16 with pairs of surrogates', 'a,b\n😀,😀😀\n𝄞,\n', {
    bytes: Buffer.from('\ufeffa,b\n😀,😀😀\n𝄞,\n', 'utf16le'),
  }),
  csv('Latin-1', latin, { bytes: Buffer.from(latin, 'latin1') }),
  csv('Latin-1 in the header', 'größe,b\n1,ä\n2,é\n', {
    bytes: Buffer.from('größe,b\n1,ä\n2,é\n', 'latin1'),
  }),
  csv('Latin-1 that looks like UTF-8 once', `a,b\n${'é,ü\n'.repeat(50)}Ã©,x\n`, {
    bytes: Buffer.from(`a,b\n${'é,ü\n'.repeat(50)}Ã©,x\n`, 'latin1'),
  }),
  csv('Windows-1252 with a euro sign', 'a,b\n€,“x”\n', {
    bytes: Buffer.from([...Buffer.from('a,b\n'), 0x80, 0x2c, 0x93, 0x78, 0x94, 0x0a]),
  }),
  csv('gzip', plain, { bytes: gzipSync(plain) }),
  csv('zstd', plain, { bytes: zstdCompressSync(plain) }),
  csv('gzip of UTF-16', plain, { bytes: gzipSync(Buffer.from(`\ufeff${plain}`, 'utf16le')) }),
  csv('zstd of Latin-1', latin, { bytes: zstdCompressSync(Buffer.from(latin, 'latin1')) }),
  csv('gzip of UTF-8 with a mark', plain, { bytes: gzipSync(`\ufeff${plain}`) }),
  csv('two gzip members', many, {
    bytes: Buffer.concat([gzipSync(many.slice(0, 40_000)), gzipSync(many.slice(40_000))]),
  }),
  csv('three zstd frames', many, {
    bytes: Buffer.concat(
      [many.slice(0, 500), many.slice(500, 60_000), many.slice(60_000)].map((piece) =>
        zstdCompressSync(piece),
      ),
    ),
  }),
  csv('gzip padded with zeros', plain, { bytes: Buffer.concat([gzipSync(plain), Buffer.alloc(512)]) }),
  unreadable(
    'UTF-8 with a byte broken in row 2',
    Buffer.from(
      'a,b\n1,Zürich\n2,Zubrowka \xff\n3,Łódź\n4,é\n'
        .split('\xff')
        .flatMap((piece, at) => [...(at > 0 ? [0xff] : []), ...Buffer.from(piece)]),
    ),
    'row 2, column 2',
    'broken UTF-8',
  ),
  unreadable(
    'UTF-8 cut off in mid-character at its end',
    Buffer.from('a,b\n1,Zürich\n2,€').subarray(0, -1),
    'broken UTF-8',
    'row 2',
  ),
  unreadable(
    'UTF-8 by its mark, Latin-1 by its bytes',
    Buffer.concat([Buffer.from('\ufeffa,b\n1,'), Buffer.from([0xe9, 0x0a])]),
    'row 1, column 2',
  ),
  unreadable(
    'half of a surrogate pair in UTF-16',
    Buffer.from('\ufeffa,b\n1,x\n2,\ud83d!\n3,y\n', 'utf16le'),
    'row 2, column 2',
    'surrogate',
  ),
  unreadable(
    'UTF-16 of an odd number of bytes',
    Buffer.from('\ufeffa,b\n1,x\n2,yz', 'utf16le').subarray(0, -1),
    'row 2',
    'mid-character',
  ),
  unreadable('UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 0x2c, 0, 0, 0, 0x62, 0, 0, 0]), 'NUL'),
  unreadable('JSON lines in Latin-1', Buffer.from('{"a":"é"}\n{"a":"ü"}\n', 'latin1'), 'row 1', 'UTF-8'),
  unreadable('a truncated gzip', gzipSync(many).subarray(0, -9), 'gzip stream is broken', 'mid-stream'),
  unreadable(
    'a truncated zstd',
    zstdCompressSync(many).subarray(0, -9),
    'zstd stream is broken',
    'mid-stream',
  ),
  unreadable('a gzip of a wrong checksum', overwritten(gzipSync(many), -8, -4, 7), 'gzip stream is broken'),
  unreadable(
    'a gzip followed by something else',
    Buffer.concat([gzipSync(plain), Buffer.from('tail')]),
    'gzip stream is broken',
  ),
  unreadable(
    'a second gzip member that is truncated',
    Buffer.concat([gzipSync(plain), gzipSync(many).subarray(0, 100)]),
    'mid-stream',
  ),
  unreadable(
    'a zstd followed by something else',
    Buffer.concat([zstdCompressSync(plain), Buffer.from('tail')]),
    'zstd stream is broken',
  ),
  unreadable('a gzip within a gzip', gzipSync(gzipSync(plain)), 'compressed once'),
]

export const texts: readonly HostileFile[] = [
  csv('semicolons and decimal commas', 'a;b;c\n1,5;x;2,25\n-0,5;y;1.234,5\n', { delimiter: ';' }),
  csv('tabs', 'a\tb\n1\t"x\ty"\n', { delimiter: '\t' }),
  csv('bars', 'a|b\n1|"x|y"\n', { delimiter: '|' }),
  csv('one column', 'a\nx\n\n""\ny\n'),
  csv('more semicolons than commas in the header alone', 'one;two;three,b\nx,1\n"y;z",2\n'),
  csv('line feeds in quotes', 'a,b\n"1\n2","x\r\ny"\n3,"\n\n"\n'),
  csv('doubled quotes', 'a,b\n"say ""x""",""""\n"""","a""b"\n'),
  csv('a quote in mid-cell', 'a,b\n5" pipe,x\n7,a"b"\n'),
  csv('carriage returns alone', 'a,b\r1,2\r"3\r4",5\r'),
  csv('all three line ends', 'a,b\r\n1,2\n3,4\r5,"6\r7"\r\n\r\n8,9\n'),
  csv('no line end at the end', 'a,b\n1,2\n3,'),
  csv('blank lines', '\n\na,b\n\n1,2\n\n\n3,4\n\n'),
  csv('spaces around cells', 'a,b\n 1 , x \n  ,\t\n'),
  csv('marks in mid-file', 'a,b\n\ufeff1,\ufeffx\n\ufeff2,y\n'),
  csv('right-to-left marks and joiners', 'a,b\n\u202eabc\u202c,\u200f\u200d\n\u2066x\u2069,\u00a0\n'),
  csv('separators of Unicode', 'a,b\n1\u2028x,2\u0085y\n\u2029,z\n'),
  csv(
    'numbers of every sort',
    'a,b,c\n"1,234.5",NaN,1e400\n-Infinity,9223372036854775808,0x1F\n1_000,١٢٣,+-1\n',
  ),
  csv(
    'dates of every sort',
    'a,b\n2026-02-30,31/12/2025\n2026-03-29T02:30:00+01:00,1767225600\n0000-00-00,12/31/25\n',
  ),
  csv('formulas', 'a,b\n=cmd|\' /C calc\'!A0,+1+1\n@SUM(A1),-2+3\n"\t=1","\r=1"\n'),
  csv(
    'HTML in names and cells',
    '<script>alert(1)</script>,"b onload=""x"""\n<img src=x onerror=alert(1)>,&lt;\n',
  ),
  csv('names of methods', '__proto__,constructor,toString,hasOwnProperty\n1,2,3,4\n5,6,7,8\n'),
  csv('names that only case tells apart', 'a,A,"A ""x""",ﬁ\n1,2,3,4\n'),
  csv('names with quotes, dots, braces and SQL', '"x\'; DROP TABLE cells; --",a.b,{c},"d\ne"\n1,2,3,4\n'),
  csv('names that are numbers', '1,2,3\n4,5,6\n'),
  csv('PAR1 as the first name', 'PAR1,PAR2\n1,2\n'),
  csv('comments that are none', '#a,b\n#1,2\n//,--\n'),
  csv('backslashes', 'a,b\n\\"x,\\\n\\N,\\\\\n'),
  csv('a form feed, a vertical tab and an escape', 'a,b\n\f,\v\n\u001b[31m,\u0007\n'),
  csv(
    '300 columns',
    `${wide.join(',')}\n${wide.map((_, at) => at).join(',')}\n${wide.map(() => '').join(',')}\n`,
  ),
  csv('a row of five megabytes', `a,b\n1,"${megabytes}"\n2,x\n`),
  csv('a name of a thousand characters', `${'n'.repeat(1_000)},b\n1,2\n`),
  csv('a quoted table of many parts', `a,b\n${'"x\ny","1,2"\n'.repeat(400)}`),
  empty('nothing at all', '', 'empty'),
  empty('a byte order mark alone', Buffer.from([0xef, 0xbb, 0xbf]), 'empty'),
  empty('a mark of UTF-16 alone', Buffer.from([0xff, 0xfe]), 'empty'),
  empty('line ends alone', '\n\r\n\n', 'empty'),
  empty('a header alone', 'a,b,c\n', 'header and no rows'),
  empty('a header without a line end', 'a,b,c', 'header and no rows'),
  empty('a gzip of nothing', gzipSync(''), 'empty'),
  unreadable('NUL bytes in a cell', 'a,b\n1,2\n3,Zubrowka\u0000\n', 'row 2, column 2', 'NUL'),
  unreadable('NUL bytes alone', Buffer.alloc(5_000), 'NUL'),
  unreadable('a row with a field too few', 'a,b,c\n1,2,3\n4,Zubrowka\n', 'row 2', '2 fields', 'expected 3'),
  unreadable('a row with a field too many', 'a,b\n1,2\n3,4,Zubrowka\n', 'row 2, column 3', 'expected 2'),
  unreadable('delimiters at the end of the rows only', 'a,b\n1,2,\n3,4,\n', 'row 1, column 3'),
  unreadable('a row of another delimiter', 'a,b\n1,2\n3;Zubrowka\n', 'row 2', '1 field,'),
  unreadable('a quote that is never closed', 'a,b\n1,"Zubrowka\n2,3\n', 'row 1, column 2', 'never closed'),
  unreadable('a quote in the header that is never closed', '"a,b\n1,2\n', 'header'),
  unreadable(
    'text behind a closing quote',
    'a,b\n1,"x"Zubrowka\n',
    'row 1, column 2',
    'after a closing quote',
  ),
  unreadable(
    'a space before an opening quote',
    'a,b\n1, "Zubrowka, x"\n',
    'row 1, column 2',
    'starts with a space',
  ),
  unreadable('a title above the header', 'Sales of May\na,b,c\n1,2,3\n', 'row 1', '3 fields'),
  unreadable(
    'a row longer than any',
    `a,b\n1,2\n3,"${'z'.repeat(17 * 1_024 * 1_024)}"\n`,
    'row 2, column 2',
    'longer than',
  ),
  unreadable('a header longer than any', `${'n'.repeat(2_000_000)},b\n1,2\n`, 'header'),
  mismatch('a name twice', 'a,b,a\n1,2,3\n', 'column 3 like one before it'),
  mismatch('names alike but for spaces', 'a, a\n1,2\n', 'column 2 like one before it'),
  mismatch('an empty name', 'a,,c\n1,2,3\n', 'column 2 has no name'),
  mismatch('a delimiter at the end of every line', 'a,b,\n1,2,\n', 'column 3 has no name'),
  mismatch('a name of 1,001 characters', `a,${'n'.repeat(1_001)}\n1,2\n`, 'column 2', '1001 characters'),
  mismatch(
    'more columns than any table has',
    `${Array.from({ length: 10_000 }, (_, at) => `c${at}`).join(',')}\n`,
    '10000 columns',
    'at most 2000',
  ),
]

export const jsonLines: readonly HostileFile[] = [
  lines('JSON lines', '{"a":1,"b":"x"}\n{"a":2.50,"b":"y, \\"z\\""}\n'),
  lines(
    'keys that are missing, later and in another order',
    '{"a":1}\n{"b":2,"a":3}\n{}\n{"c":null,"a":"x"}\n',
  ),
  lines(
    'a key that comes first after a megabyte',
    `${`{"a":"${'x'.repeat(1_000)}"}\n`.repeat(1_200)}{"a":"y","late":"z"}\n`,
  ),
  lines('values of differing types', '{"a":1}\n{"a":"one"}\n{"a":true}\n{"a":null}\n{"a":false}\n'),
  lines('numbers beyond every type', '{"a":1e400,"b":12345678901234567890123}\n{"a":-0.0,"b":1E-7}\n'),
  lines('escapes', '{"a\\u0041":"line\\nfeed\\ttab\\\\","b":"\\ud83d\\ude00 \\/"}\n'),
  lines('blank lines and white space', '\n  {"a" : 1 , "b" :\tnull }\n\r\n\t\n{"a":2}\r\n'),
  lines('names of methods as keys', '{"constructor":1,"toString":"x","a b":"\u202e"}\n'),
  lines('quotes and line feeds at the borders of parts', `${'{"a":"\\"\\n\\"","b":","}\n'.repeat(300)}`),
  lines('gzip of JSON lines', manyLines, gzipSync(manyLines)),
  lines(
    'two zstd frames of JSON lines',
    manyLines,
    Buffer.concat([zstdCompressSync(manyLines.slice(0, 999)), zstdCompressSync(manyLines.slice(999))]),
  ),
  lines(
    'JSON lines in UTF-16',
    '{"a":"é"}\n{"a":"😀"}\n',
    Buffer.from('\ufeff{"a":"é"}\n{"a":"😀"}\n', 'utf16le'),
  ),
  unreadable('a list in a cell', '{"a":1}\n{"a":[1,"Zubrowka"]}\n', 'row 2, column "a"', 'a list'),
  unreadable('an object in a cell', '{"a":1,"b":{"c":"Zubrowka"}}\n', 'row 1, column "b"', 'an object'),
  unreadable('a key twice', '{"a":1}\n{"a":1,"b":2,"a":3}\n', 'row 2, column "a"', 'twice'),
  unreadable('a key twice by an escape', '{"a":1,"\\u0061":3}\n', 'row 1, column "a"', 'twice'),
  unreadable('one JSON list', '[{"a":1},\n{"a":2}]\n', 'one JSON list'),
  unreadable('an object over several lines', '{\n  "a": 1\n}\n', 'row 1'),
  unreadable('a line that is cut off', '{"a":1}\n{"a":"Zubrow', 'row 2', 'never closed'),
  unreadable('a comma too many', '{"a":1,}\n', 'row 1', 'broken JSON'),
  unreadable('two objects on a line', '{"a":1} {"a":2}\n', 'row 1', 'after its object'),
  unreadable('NaN', '{"a":1}\n{"a":NaN}\n', 'row 2, column "a"', 'NaN'),
  unreadable('single quotes', '{"a":1}\n{\'a\':1}\n', 'row 2'),
  unreadable('half of a surrogate pair by an escape', '{"a":"\\ud83d"}\n', 'row 1, column "a"', 'surrogate'),
  unreadable('NUL by an escape', '{"a":"Zubrowka\\u0000"}\n', 'row 1, column "a"', 'NUL'),
  unreadable('a bare control character', '{"a":"x\u0001"}\n', 'row 1', 'broken JSON'),
  unreadable('a line of delimited text', '{"a":1}\n1,2\n', 'row 2', 'no JSON object'),
  unreadable('objects without a key', '{}\n{}\n', 'no line has a key'),
]

export const otherFiles: readonly HostileFile[] = [
  unreadable('a ZIP archive named .csv', Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), 'ZIP'),
  unreadable('a PDF document', '%PDF-1.7\n%âãÏÓ\n', 'PDF'),
  unreadable('a web page', '<!DOCTYPE html>\n<html><body>Not Found</body></html>\n', 'web page'),
  unreadable('a pickle', Buffer.from([0x80, 4, 0x95, 1, 2, 3]), 'pickle'),
  unreadable('an SQLite database', 'SQLite format 3\u0000', 'SQLite'),
  unreadable('bzip2', Buffer.from('BZh91AY&SY'), 'bzip2'),
  unreadable('a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), 'program'),
]
