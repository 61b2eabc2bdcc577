import { pack, ROOM } from '../../lambdas/render/page/network.ts';
import type { Network } from '../../lambdas/shared/contract/summaries.ts';
import { browserCode } from '../../lambdas/shared/web/browser-code.ts';
import { html, island, page } from '../../lambdas/shared/web/html.ts';
import { seeded } from '../../local/shop/random.ts';

/** A page with nothing but an interactive graph. Its vertices are placed by community, because the test is not about the layout. */
export function networkPage(network: Network): string {
  const { unit } = seeded(7);
  const around = () => (unit() + unit() + unit() - 1.5) / 1.5;
  const points = network.vertices.communities.map((community) => ({
    x: ROOM.width * (0.5 + 0.32 * Math.cos(community) + 0.16 * around()),
    y: ROOM.height * (0.5 + 0.32 * Math.sin(community) + 0.16 * around()),
  }));
  return page({
    title: 'A graph',
    header: html`<h1>A graph</h1>`,
    main: html`<div id="network"></div>${island('network-data', pack(network, [], points))}`,
    script: browserCode('run-page'),
  });
}
