import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { difference, leaves, objectError, times } from '../src/json';
import { filterError, matches } from '../src/topics';
import { crc32, zip } from '../src/zip';

describe('topic filters', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['#', '$aws/things', false],
    ['+/b', '$aws/b', false],
    ['$aws/#', '$aws/b', true],
    ['+', '', true],
    ['/+', '/a', true],
    ['$share/g/a/+', 'a/b', true],
  ])('%s matches %s: %s', (filter, topic, expected) => expect(matches(filter, topic)).toBe(expected));

  it('are refused with what is wrong', () => {
    expect(filterError('')).toBe('empty');
    expect(filterError('a/#/b')).toBe('hash');
    expect(filterError('a#')).toBe('hash');
    expect(filterError('a+/b')).toBe('plus');
    expect(filterError('+/a/#')).toBeUndefined();
  });
});

describe('documents', () => {
  it('differ by what has to be merged', () => {
    expect(difference({ a: 1, b: { c: 2, d: 3 }, e: [1] }, { a: 1, b: { c: 4 }, e: [1, 2], f: null })).toEqual({
      b: { c: 4, d: null },
      e: [1, 2],
      f: null,
    });
    expect(difference({ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } })).toBeUndefined();
  });

  it('are listed by the paths of their values, with their times', () => {
    expect(leaves({ a: 1, b: { c: [1], d: {} } })).toEqual([
      { path: 'a', value: 1 },
      { path: 'b.c', value: [1] },
      { path: 'b.d', value: {} },
    ]);
    const found = times({ a: { timestamp: 5 }, b: { c: [{ timestamp: 6 }, { timestamp: 7 }] } });
    expect([...found]).toEqual([
      ['a', 5],
      ['b.c', 7],
    ]);
  });

  it('that are no JSON objects are refused with what is wrong', () => {
    expect(objectError('{"a": 1}')).toBeUndefined();
    expect(objectError('[1]')).toContain('object');
    expect(objectError('{\n "a": x }')).toContain("Unexpected token 'x'");
  });
});

describe('zip files', () => {
  it('are unpacked by others, with modes', async () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    const files = [
      { name: 'd/ü.txt', content: 'grün\n' },
      { name: 'd/run.sh', content: '#!/bin/sh\n', mode: 0o755 },
      { name: 'd/key', content: new Uint8Array([0, 255, 1]), mode: 0o600 },
    ];
    const packed = join(folder, 'a.zip');
    writeFileSync(packed, new Uint8Array(await zip(files).arrayBuffer()));
    execFileSync('unzip', ['-q', packed, '-d', folder], { env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] } });
    expect(readFileSync(join(folder, 'd/ü.txt'), 'utf8')).toBe('grün\n');
    expect([...readFileSync(join(folder, 'd/key'))]).toEqual([0, 255, 1]);
    expect(statSync(join(folder, 'd/run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'd/key')).mode & 0o777).toBe(0o600);
  });
});
