import { PAGE_COLOURS, PICTURE_COLOURS, type Shade } from './palette.ts';

const variables = (ground: keyof Shade): string => {
  const { ink, soft, paper } = PICTURE_COLOURS;
  const { border, back, link, good, bad, scrollShadow } = PAGE_COLOURS;
  const shades: Readonly<Record<string, Shade>> = {
    ...{ ink, soft, paper, back, link, good, bad },
    line: border,
    shade: scrollShadow,
  };
  return Object.entries(shades)
    .map(([name, shade]) => `--${name}: ${shade[ground]};`)
    .join(' ');
};

/** The CSS of all pages: light, dark and print. It loads no file and no font. */
export const STYLE = `
:root { color-scheme: light dark; ${variables('light')} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables('dark')} } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.25rem; } main { padding-bottom: 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .25rem 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .6rem; }
h4 { font-size: .95rem; margin: 1rem 0 .35rem; } ul.reasons { margin: 0; padding: 0; list-style: none; }
h3 { font-size: 1.08rem; margin: 1.4rem 0 .5rem; }
p, h1, h2, h3, h4, li, dt, dd, figcaption, summary, label { overflow-wrap: anywhere; } p { margin: .45rem 0; max-width: 48rem; } .soft { color: var(--soft); } a { color: var(--link); }
.gallery { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0 1.25rem; align-items: start; } .gallery > * { min-width: 0; }
[tabindex="-1"]:focus { outline: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.wide-picture:focus-visible { outline-offset: -3px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem .8rem; }
nav ul, ul.plain { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; margin: .6rem 0; }
figure { margin: 1rem 0; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.drawn svg, .drawn img { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: .6rem; } figcaption a { margin-left: .35rem; white-space: nowrap; }
/* On a phone the text of a shrunken picture would be too small to read, so the picture scrolls instead. */
@media screen and (max-width: 40rem) { .drawn svg, .drawn img { min-width: 34rem; } }
/* A shadow at an edge shows that there is more to scroll to; a cover that scrolls with the content hides it at the end. */
.scroll, .wide-picture { --ground: var(--paper); overflow-x: auto; background: linear-gradient(to right, var(--ground) 40%, transparent) local,
  linear-gradient(to left, var(--ground) 40%, transparent) right local, linear-gradient(to right, var(--shade), transparent) scroll,
  linear-gradient(to left, var(--shade), transparent) right scroll, var(--ground); background-repeat: no-repeat; background-size: 3rem 100%, 3rem 100%, 1.2rem 100%, 1.2rem 100%; }
/* A picture that is loaded from its file has a background; blending lets the shadow show through. */
.wide-picture img { mix-blend-mode: darken; } @media screen and (prefers-color-scheme: dark) { .wide-picture img { mix-blend-mode: lighten; } }
.scroll { border: 1px solid var(--line); border-radius: 8px; margin: .6rem 0; }
.long { max-height: 30rem; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .4rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
tr:last-child td { border-bottom: 0; } th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.number, td.number span { white-space: nowrap; }
code { font-size: .88em; overflow-wrap: anywhere; } code.hash, time { white-space: nowrap; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 1.25rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .8rem; }
.facts dt { color: var(--soft); font-size: .86rem; } .facts dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; padding: .35rem .6rem; min-height: 2.4rem; }
input[type=checkbox] { min-height: 0; width: 1.1rem; height: 1.1rem; vertical-align: -.15rem; margin: 0 .35rem 0 0; accent-color: var(--link); }
input[type=search] { width: 100%; } button { cursor: pointer; } button:hover { border-color: var(--link); }
button.link { border: 0; background: none; padding: .1rem 0; min-height: 0; color: var(--link); text-decoration: underline; text-align: left; overflow-wrap: anywhere; }
label { font-size: .92rem; } .controls { display: flex; flex-wrap: wrap; gap: .6rem 1.1rem; align-items: end; margin: .6rem 0; }
.controls > * { max-width: 100%; min-width: 0; } .controls > .wide { flex: 1 1 16rem; } select { max-width: 100%; }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0; } legend { padding: 0; font-size: .92rem; color: var(--soft); }
.swatch { display: inline-block; width: 1.1rem; height: 0; margin: 0 .35rem; border-top: 3px solid; vertical-align: .25rem; }
fieldset label { display: inline-flex; align-items: center; min-height: 2.4rem; margin-right: .8rem; }
[hidden] { display: none !important; }
@media (max-width: 40rem) { th, td { padding: .35rem .5rem; } td.text { min-width: 17rem; } figure { padding: 0 0 .6rem; overflow: hidden; } figure > :not(.wide-picture, .drawn) { margin-left: .8rem; margin-right: .8rem; } }
@media print {
  @page { margin: 14mm; }
  body { background: #fff; font-size: 10.5pt; } header, main { max-width: none; padding-left: 0; padding-right: 0; }
  .noprint, nav, .skip, summary, figcaption a { display: none !important; }
  /* Hides what only works on a screen: the interactive graph, and the explorer when it shows nothing. */
  section:has(> #network), section:has(> #explorer):not(:has(#view > *)) { display: none; }
  /* The letters in a picture are at least 7 points high. The caption is beside the picture, so that two fit on a sheet. */
  .gallery { display: block; } .gallery figure { display: grid; grid-template-columns: minmax(0, 34.5rem) minmax(6rem, 1fr); gap: 0 .6rem; padding: 0; border: 0; margin: 0 0 1rem; }
  .gallery figcaption { font-size: 8pt; margin: .5rem 0 0; } .gallery details { grid-column: 1 / -1; }
  #difference ~ .pair { grid-template-columns: 1fr 1fr; }
  .scroll, .wide-picture, .long { overflow: visible; max-height: none; background: none; } figure, tr, .facts, .scroll:not(:has(tr:nth-child(16))) { break-inside: avoid; }
  h1, h2, h3, h4 { break-after: avoid; } .scroll + p, #decisions-table + p { break-before: avoid; } main { padding-bottom: 0; } a { color: inherit; text-decoration: none; }
  table { font-size: 8.5pt; } th, td { padding: .2rem .4rem; } td.number { white-space: normal; }
  details:not([open]) { display: none; }
}
`;
