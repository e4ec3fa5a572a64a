import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import fc from 'fast-check';
import { formatProperties, parseProperties } from './properties.js';

const run = promisify(execFile);
const folder = await temporaryFolder('properties');
const parse = (text: string) => Object.fromEntries(parseProperties(Buffer.from(text, 'latin1')));

const awkward = new Map([
  ['plain', 'value'],
  ['file.lib a=b:c#!.so.sha256', '0'.repeat(64)],
  [' leading', ' leading and trailing '],
  ['ünïcode 漢 😀', 'tab\tnewline\nreturn\rfeed\f'],
  ['back\\slash', '\\u0041 is no escape \\'],
  ['#comment', '!no comment'],
  ['empty', ''],
  ['', 'no key'],
]);

describe('a property file', () => {
  it('is sorted, and escapes what is no plain ASCII', () => {
    const text = formatProperties(new Map([...awkward].slice(0, 5)));
    expect(text.split('\n')).toEqual([
      '\\ leading=\\ leading and trailing ',
      '\\u00fcn\\u00efcode\\ \\u6f22\\ \\ud83d\\ude00=tab\\tnewline\\nreturn\\rfeed\\f',
      'back\\\\slash=\\\\u0041 is no escape \\\\',
      `file.lib\\ a\\=b\\:c\\#\\!.so.sha256=${'0'.repeat(64)}`,
      'plain=value',
      '',
    ]);
  });

  it.each([
    ['a=b', { a: 'b' }],
    ['a:b', { a: 'b' }],
    ['a b', { a: 'b' }],
    ['a = b', { a: 'b' }],
    ['  a\t:\tb  ', { a: 'b  ' }],
    ['a', { a: '' }],
    ['a==b', { a: '=b' }],
    ['# no\n! no\n\n  # no\na=b', { a: 'b' }],
    ['a=b\\\n   c', { a: 'bc' }],
    ['a=b\\\\\nc=d', { a: 'b\\', c: 'd' }],
    ['a=b\\\n# not a comment', { a: 'b# not a comment' }],
    ['a\\\n=b', { a: 'b' }],
    ['a=b\r\nc=d\re=f', { a: 'b', c: 'd', e: 'f' }],
    ['a=\\z\\"\\t', { a: 'z"\t' }],
    ['a=\\u00e9\\u00E9\xe9', { a: 'ééé' }],
    ['a=b\\', { a: 'b' }],
  ])('reads %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('holds keys that are names of JavaScript objects', () => {
    expect([...parseProperties(Buffer.from('__proto__=1\nconstructor=2'))]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it.each([
    ['twice', 'a=1\nb=2\na=1', /"a" twice in line 3/],
    ['twice, written differently', 'ab=1\n\\u0061b=2', /twice in line 2/],
    ['a NUL', 'a=\0', /NUL character in line 1/],
    ['an escaped NUL', 'a\\u0000=1', /NUL character in line 1/],
    ['a broken escape', 'x=1\n\ny=\\u12g4', /four hex digits in line 3/],
    ['a cut escape', 'y=\\u12', /four hex digits in line 1/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed-meta' }));
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses what is larger than any of ours', () => {
    expect(() => parseProperties(Buffer.alloc(10 * 1024 * 1024 + 1, 0x20))).toThrow(/at most 10485760/);
  });

  it('takes time in proportion to a line of backslashes', () => {
    const started = performance.now();
    expect(parse(`a=${'\\'.repeat(1_000_000)}`)['a']).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('comes back as it was', () => {
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.dictionary(text, text), (entries) => {
        const properties = new Map(Object.entries(entries));
        const written = formatProperties(properties);
        expect(written).toMatch(/^[\n -~]*$/);
        expect(new Map(parseProperties(Buffer.from(written)))).toEqual(properties);
      }),
    );
  });
});

describeIf([{ program: 'java' }], 'java.util.Properties', () => {
  /** Reads a property file and prints, or writes one of its own from it: the values in hex, to be above all escapes. */
  const program = `
    import java.io.*; import java.util.*;
    public class Main {
      static String hex(String s) { StringBuilder b = new StringBuilder(); for (char c : s.toCharArray()) b.append(String.format("%04x", (int) c)); return b.toString(); }
      public static void main(String[] a) throws Exception {
        Properties p = new Properties();
        try (InputStream in = new FileInputStream(a[0])) { p.load(in); }
        try (OutputStream out = new FileOutputStream(a[1])) { p.store(out, null); }
        for (String k : new TreeSet<>(p.stringPropertyNames())) System.out.println(hex(k) + "=" + hex(p.getProperty(k)));
      }
    }`;
  const hex = (text: string) =>
    Array.from(Array(text.length).keys(), (at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('');

  async function java(bytes: string) {
    await mkdir(join(folder, 'java'), { recursive: true });
    const [main, input, output] = ['Main.java', 'in', 'out'].map((name) => join(folder, 'java', name)) as [
      string,
      string,
      string,
    ];
    await writeFile(main, program);
    await writeFile(input, bytes, 'latin1');
    const { stdout } = await run('java', [main, input, output]);
    return { read: stdout.trim().split('\n').sort(), output };
  }

  it('reads what we write', async () => {
    const { read } = await java(formatProperties(awkward));
    expect(read).toEqual([...awkward].map(([key, value]) => `${hex(key)}=${hex(value)}`).sort());
  });

  it('reads what others write as we do, and writes what we read', async () => {
    const text = 'a = b\n b:c\\\n   d\n!x\nc\\=d\\ e f\ng\ne=\\u00e9\xe9\\z\nlast=x\\\\\nend=y\\';
    const { read, output } = await java(text);
    const ours = parseProperties(Buffer.from(text, 'latin1'));
    expect([...ours].map(([key, value]) => `${hex(key)}=${hex(value)}`).sort()).toEqual(read);
    expect(new Map(parseProperties(await readFile(output)))).toEqual(new Map(ours));
  });
});
