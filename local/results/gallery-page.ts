import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHART_NAMES, type ChartName } from '../../lambdas/render/charts/registry.ts';

/** What each picture answers. */
const QUESTIONS: Readonly<Record<ChartName, string>> = {
  'recommendation-graph': 'Who is recommended what?',
  'top-products': 'Which products does the model push most, and are they bestsellers anyway?',
  exposure: 'Which products gained and lost lists since the run before?',
  lorenz: 'How evenly do recommendations spread over the products?',
  degrees: 'How many links have users and products?',
  quality: 'Does the model get better from run to run, and is it better than what needs no model?',
  decision: 'What did the gate decide about this run, and by which numbers?',
  segments: 'For whom and for what does the model work?',
  sales: 'When is bought, and what did each run know?',
};

/**
 * The gallery as Markdown: each picture with its question and with what it shows.
 *
 * @param charts Where the pictures' specifications lie.
 * @param pictures The directory of the pictures, beside which the page will lie.
 */
export function galleryPage(charts: string, pictures: string): string {
  const parts = CHART_NAMES.map((name) => {
    const { description } = JSON.parse(readFileSync(join(charts, `${name}.vg.json`), 'utf8')) as {
      description: string;
    };
    const text = description.replace(/[\\`*_[\]<>]/g, '\\$&');
    return `## ${QUESTIONS[name]}\n\n![${text}](${basename(pictures)}/${name}.svg)\n\n${text}\n`;
  });
  return `# Gallery

Every picture of a run, drawn by \`npm run gallery\` from the default simulated shop: 30,000 sales in three windows, of which this is the third run. They turn dark where your reader does.

${parts.join('\n')}`;
}
