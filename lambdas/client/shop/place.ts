/**
 * Returns the element of the page with this id.
 *
 * @param type Its class, such as `HTMLInputElement`.
 * @throws {TypeError} If the page has no such element: page and script are not of the same version.
 */
export function place<Type extends HTMLElement = HTMLElement>(
  id: string,
  type: new () => Type = HTMLElement as new () => Type,
): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type))
    throw new TypeError(`Cannot show the shop: the page has no ${type.name} #${id}`);
  return found;
}

/** Sets a text only if it is new: screen readers read a live region out whenever it changes. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
