/**
 * Replaces the children of `container` and keeps the keyboard focus. If a link in it had the focus, the link with the same
 * address gets it afterwards; if there is no such link, `fallback` gets it. Otherwise the focus would jump to the top of
 * the page.
 */
export function replaceContent(
  container: HTMLElement,
  fallback: HTMLElement,
  children: readonly HTMLElement[],
): void {
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  container.replaceChildren(...children);
  if (!focused) return;
  const href = focused.getAttribute('href');
  const sameLink = [...container.querySelectorAll('a')].find((link) => link.getAttribute('href') === href);
  (sameLink ?? fallback).focus({ preventScroll: true });
}
