import { drawCsv } from './draw-csv.ts';

/** Draws once, as a process of its own: CSV, directory, `svg` or `png`. */
const [csv = '', output = '', kind] = process.argv.slice(2);
await drawCsv(csv, output, kind === 'png' ? 'png' : 'svg');
