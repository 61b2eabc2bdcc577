import { PICTURE_COLOURS } from '../../shared/web/palette.ts';

/** The number of colours that stand for the missing pictures of products. */
const TILES = [0, 1, 2, 3, 4, 5] as const;

const tiles = (ground: 'light' | 'dark'): string =>
  TILES.map((tile) => `--tile${tile}: ${PICTURE_COLOURS[`community${tile}`][ground]};`).join(' ');

/** The CSS of the shop page, in addition to that of all pages. */
export const SHOP_STYLE = `
:root { ${tiles('light')} }
@media screen and (prefers-color-scheme: dark) { :root { ${tiles('dark')} } }
header, main { max-width: 84rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header { padding-top: .8rem; } .top { display: flex; flex-wrap: wrap; gap: 0 1.4rem; align-items: baseline; } .top nav ul, .top p { margin: .2rem 0; }
#shop > section > h2, .shop h2 { margin-top: 1.2rem; } #shop .shop h2 { margin: .9rem 0 0; } .list-part > p { margin: 0 0 .4rem; }
.person { display: flex; flex-wrap: wrap; gap: 0 1.2rem; align-items: center; } .person h2 { font-size: 1rem; margin: .5rem 0; } .person .controls { margin: .2rem 0; align-items: center; }
#user { width: 11rem; } #person-text:empty { display: none; }
input[type=radio] { min-height: 0; width: 1.15rem; height: 1.15rem; margin: 0 .4rem 0 0; accent-color: var(--link); }
input.price { width: 7rem; }
#person-text, .outcome p, .source { max-width: none; } .source { margin: .6rem 0 0; font-size: .92rem; }
.shop { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1.4rem; }
.shelf-box { --ground: var(--back); overflow-x: auto; margin: 0 -.2rem; padding: .2rem; }
.shelf { list-style: none; margin: 0; padding: 0; display: grid; grid-auto-flow: column; grid-auto-columns: 9.5rem; gap: .7rem; }
.product { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; display: flex; flex-direction: column; }
.tile { display: grid; place-items: center; height: 4.6rem; font-size: 1.5rem; font-weight: 600; letter-spacing: .04em; color: var(--ink); }
${TILES.map((tile) => `.tile${tile} { background: var(--tile${tile}); }`).join(' ')}
.product .text { padding: .5rem .65rem .2rem; flex: 1; } .product .text p { margin: 0; line-height: 1.3; overflow-wrap: anywhere; } .product .soft { font-size: .86rem; }
.product button { margin: .4rem .65rem .65rem; }
button.buy { background: var(--link); border-color: var(--link); color: var(--paper); font-weight: 600; } button.buy:hover { filter: brightness(1.12); }
button[aria-disabled=true] { opacity: .65; cursor: progress; }
.outcome { background: var(--paper); border: 1px solid var(--line); border-left: 5px solid var(--link); border-radius: 8px; padding: .55rem .9rem; margin: .9rem 0 0; align-self: start; }
.outcome.wrong { border-left-color: var(--bad); } .outcome p { margin: 0; } .outcome .part { display: block; } .outcome .ms { font-size: 1.35rem; font-weight: 700; font-variant-numeric: tabular-nums; white-space: nowrap; }
.ranked { list-style: none; margin: .4rem 0; padding: 0; min-height: 4rem; }
.ranked li { position: relative; display: grid; grid-template-columns: 1.7rem minmax(0, 1fr) auto; gap: 0 .6rem; align-items: center; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .6rem; margin: 0 0 .4rem; }
.ranked li.came { border-color: var(--good); box-shadow: inset 3px 0 var(--good); } .ranked li.rose { box-shadow: inset 3px 0 var(--link); }
.rank { color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; }
.ranked .name { font-weight: 600; overflow-wrap: anywhere; } .why { font-size: .86rem; color: var(--soft); overflow-wrap: anywhere; line-height: 1.35; }
.mark { font-size: .8rem; font-weight: 600; white-space: nowrap; margin-left: .35rem; color: var(--soft); } .came .mark { color: var(--good); } .rose .mark { color: var(--link); }
.left { min-height: 1.5rem; font-size: .92rem; }
.purchases { list-style: none; margin: .4rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; }
.purchases li { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .35rem .35rem .35rem .75rem; display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: center; overflow-wrap: anywhere; }
.newer { box-shadow: inset 3px 0 var(--link); }
@media (min-width: 56rem) {
  .shop { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: auto auto 1fr; }
  /* The shelf is as high as the lists beside it and scrolls. */
  .shelf-part { grid-row: 1 / 4; contain: size; min-height: 40rem; display: flex; flex-direction: column; } .outcome, .source { grid-column: 2 / 4; } .outcome { min-height: 6.2rem; }
  .shelf { grid-auto-flow: row; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
  .shelf-box { flex: 1; min-height: 0; overflow: hidden auto; border-bottom: 1px solid var(--line); }
}
@media (min-width: 42rem) and (max-width: 55.99rem) { .shop { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } .shelf-part, .outcome, .source { grid-column: 1 / 3; } }
/* On a phone the marks in the lists are enough to see; the sentences are still read out. */
@media (max-width: 41.99rem) { .outcome .part { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
/* The result stays on the screen wherever one buys, and beside what has the focus. */
@media (max-width: 55.99rem) { html { scroll-padding: 8rem 0; } .outcome { position: sticky; top: .5rem; bottom: .5rem; z-index: 2; box-shadow: 0 2px 12px var(--shade); } }
@media (prefers-reduced-motion: no-preference) { .ranked li { transition: border-color .4s, box-shadow .4s; } }
@media print { .outcome, #filters, #person, button { display: none !important; } .shelf-box { max-height: none; overflow: visible; } .shelf { display: block; } }
`;
