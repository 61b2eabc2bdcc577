import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readMember, writeMember } from '../../../../lambdas/forget/files/gzip-member.ts';

const TEXT = '{"rows":[["1",{"product":"1"}]]}\n'.repeat(50);
const shortest = gzipSync(TEXT, { level: 9 }).length;

test.each([0, 1, 2, 3, 4, 255, 256, 65_537, 65_538, 100_000])(
  'a member that is %i bytes longer than needed is read by all readers',
  async (room) => {
    const member = writeMember(TEXT, shortest + room);
    expect(member.length).toBe(shortest + room);
    expect(gunzipSync(member).toString()).toBe(TEXT);
    expect(readMember(member)).toEqual({ text: TEXT, sizeBytes: member.length });
    const stream = new Blob([new Uint8Array(member)]).stream().pipeThrough(new DecompressionStream('gzip'));
    expect(await new Response(stream).text()).toBe(TEXT);
  },
);

test('the room is an extra field, because some readers refuse long comments', () => {
  const [hasExtra, hasComment] = [4, 16];
  expect(writeMember(TEXT, shortest + 1)[3]).toBe(hasComment);
  expect(writeMember(TEXT, shortest + 600)[3]).toBe(hasExtra);
});

test('members follow each other', () => {
  const [first, second] = [writeMember('a\n', 50), writeMember('b\n', 51)];
  const both = Buffer.concat([first, second]);
  expect(gunzipSync(both).toString()).toBe('a\nb\n');
  expect(readMember(both)).toEqual({ text: 'a\n', sizeBytes: 50 });
  expect(readMember(both.subarray(50))).toEqual({ text: 'b\n', sizeBytes: 51 });
});

test('the same text and length give the same bytes', () => {
  expect(writeMember(TEXT, 5000)).toEqual(writeMember(TEXT, 5000));
});

test('a text that does not fit is written as short as it can be', () => {
  expect(writeMember(TEXT, 30)).toEqual(writeMember(TEXT, shortest));
});

test('bytes that are no member are refused', () => {
  expect(() => readMember(Buffer.from('no gzip'))).toThrow('not a gzip member');
});
