import { expect, test } from 'vitest';
import { parseTimeFormat, timeFormatHint } from '../../../local/input/time-format.ts';

test.each([
  ['d/M/yyyy', '1/2/2019', '2019-02-01T00:00:00.000Z'],
  ['M/d/yyyy', '1/2/2019', '2019-01-02T00:00:00.000Z'],
  ['dd.MM.yyyy HH:mm:ss', ' 01.02.2019  08:26:59 ', '2019-02-01T08:26:59.000Z'],
  ['M/d/yy H:mm', '12/1/10 8:26', '2010-12-01T08:26:00.000Z'],
  ['M/d/yyyy h:mm a', '12/1/2010 12:05 AM', '2010-12-01T00:05:00.000Z'],
  ['M/d/yyyy h:mm a', '12/1/2010 3:05 p.m.', '2010-12-01T15:05:00.000Z'],
  ['yyyy/MM/ddTHH:mm', '2010/12/01T08:26', '2010-12-01T08:26:00.000Z'],
  ['yyyy|MM|dd', '2010|12|01', '2010-12-01T00:00:00.000Z'],
  ['yyyyMMdd', '20101201', '2010-12-01T00:00:00.000Z'],
  ['yyyy-MM-dd HH:mm:ss.SSS', '2010-12-01 08:26:00.5', '2010-12-01T08:26:00.500Z'],
  ['d/M/yyyy', '2019-02-01', undefined],
  ['seconds', '1549540937', 1549540937000],
  ['seconds', '1549540937.25', 1549540937250],
  ['seconds', 'x', undefined],
])('%s reads %j as %j', (form, text, expected) => {
  expect(parseTimeFormat(form).read(text)).toBe(expected);
});

test.each(['', 'yyyy-MM', 'd/M/y', 'dd/dd/yyyy', 'HH:mm', 'd/M/yyyy Z'])('%j is not a form', (form) => {
  expect(() => parseTimeFormat(form)).toThrow('such as d/M/yyyy H:mm, or seconds');
});

test.each([
  ['01/02/2019', 'it has two readings: say which with --time-format "d/M/yyyy" or --time-format "M/d/yyyy"'],
  ['1/2/10 8:26', '"d/M/yy H:mm" or --time-format "M/d/yy H:mm"'],
  ['13.02.2019 08:26:00', '--time-format "d.M.yyyy H:mm:ss" reads it with the day first'],
  ['2/13/2019 3:05 PM', '--time-format "M/d/yyyy h:mm a" reads it with the month first'],
  ['1549540937', '--time-format seconds reads it as seconds since 1970'],
  ['yesterday', '--time-format names another form'],
])('for %j the hint is a form that reads it', (text, hint) => {
  expect(timeFormatHint(text)).toContain(hint);
});
