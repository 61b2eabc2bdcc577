/**
 * Replaces what a place shows. Whoever stood on a link in it stands on the same link afterwards, or where there is none any
 * more on `otherwise`: the keyboard never begins anew at the top of the page.
 */
export function replaceContent(
  place: HTMLElement,
  otherwise: HTMLElement,
  children: readonly HTMLElement[],
): void {
  const held = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(...children);
  if (!held) return;
  const href = held.getAttribute('href');
  const same = [...place.querySelectorAll('a')].find((link) => link.getAttribute('href') === href);
  (same ?? otherwise).focus({ preventScroll: true });
}
