import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHART_NAMES, CHARTS } from '../../lambdas/render/charts/registry.ts';

/**
 * Makes the gallery as Markdown: for each picture its question, the picture, and its text.
 *
 * @param charts The directory of the pictures' specifications.
 * @param pictures The directory of the pictures; the page is stored next to it.
 * @throws {Error} If a picture has no specification.
 */
export function galleryPage(charts: string, pictures: string): string {
  const files = readdirSync(charts);
  const parts = CHART_NAMES.map((name) => {
    const file = files.find((each) => each.startsWith(`${name}.v`) && each.endsWith('.json'));
    if (file === undefined)
      throw new Error(`Cannot write the gallery: ${charts} has no specification of ${name}`);
    const { description } = JSON.parse(readFileSync(join(charts, file), 'utf8')) as { description: string };
    const text = description.replace(/[\\`*_[\]<>]/g, '\\$&');
    return `## ${CHARTS[name].question}\n\n![${text}](${basename(pictures)}/${name}.svg)\n\n${text}\n`;
  });
  return `# Gallery

Every picture of a run, drawn by \`npm run gallery\` from the default simulated shop: 30,000 sales in three windows, of which this is the third run. Their costs are what \`npm run cost\` expects, because nothing was billed. The pictures turn dark if your browser is in dark mode.

${parts.join('\n')}`;
}
