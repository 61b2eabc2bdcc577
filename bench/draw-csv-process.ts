import { drawCsv } from './draw-csv.ts';

/** Draws the charts once in a process of its own. Arguments: CSV file, output directory, `svg` or `png`. */
const [csv = '', output = '', kind] = process.argv.slice(2);
await drawCsv(csv, output, kind === 'png' ? 'png' : 'svg');
