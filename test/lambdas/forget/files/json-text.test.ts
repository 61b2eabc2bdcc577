import { expect, test } from 'vitest';
import {
  applyEdits,
  arrayAt,
  keepItems,
  nodeAt,
  parseJsonText,
  replaceItems,
  textOf,
} from '../../../../lambdas/forget/files/json-text.ts';

/** As the job writes it. */
const INDENTED = `{
  "alpha" : 1.0,
  "users" : [ {
    "user" : "a\\"b"
  }, {
    "user" : "c"
  } ],
  "none" : [ ]
}
`;

test('items are left out, and everything else keeps its bytes', () => {
  const root = parseJsonText(INDENTED);
  const edit = keepItems(INDENTED, arrayAt(root, 'users'), (index) => index === 1);
  expect(applyEdits(INDENTED, [edit])).toBe(INDENTED.replace('{\n    "user" : "a\\"b"\n  }, ', ''));
});

test.each([
  ['as the job indents it', INDENTED, '"users" : [ ]'],
  ['without spaces', '{"users":[{"user":"c"}]}', '{"users":[]}'],
  ['as the stages indent it', '{\n  "users": [\n    1,\n    2\n  ]\n}\n', '{\n  "users": []\n}\n'],
])('a list without items is written %s', (_how, document, expected) => {
  const edit = keepItems(document, arrayAt(parseJsonText(document), 'users'), () => false);
  expect(applyEdits(document, [edit])).toContain(expected);
});

test('items are replaced with the spaces between them as they were', () => {
  const document = '{"a":[1,2,3],"b" : [ 4, 5 ]}';
  const root = parseJsonText(document);
  const edits = [
    replaceItems(document, arrayAt(root, 'b'), ['6']),
    replaceItems(document, arrayAt(root, 'a'), ['7', '8', '9', '10']),
  ];
  expect(applyEdits(document, edits)).toBe('{"a":[7,8,9,10],"b" : [ 6 ]}');
});

test('texts are read with their escapes, and other values are no texts', () => {
  const root = parseJsonText(INDENTED);
  const [first] = arrayAt(root, 'users').items;
  expect(first && textOf(INDENTED, nodeAt(first, 'user'))).toBe('a"b');
  expect(textOf(INDENTED, nodeAt(root, 'alpha'))).toBeUndefined();
  expect(nodeAt(root, 'alpha', 'beta')).toBeUndefined();
});

test.each(['', '{', '[1', '{"a"}', '{"a":1', '[1 2]', '"a', '[01]', 'nul', '{} {}', '[,]'])(
  '%s is no JSON',
  (text) => {
    expect(() => parseJsonText(text)).toThrow(RangeError);
  },
);
