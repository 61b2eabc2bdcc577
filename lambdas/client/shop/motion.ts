const MOVE_MS = 450;
const EASING = 'cubic-bezier(.2, .7, .2, 1)';

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * Changes the children of a list and lets them glide from where they were to where they are; new ones fade in. Who prefers
 * reduced motion sees the new list at once.
 */
export function glide(list: HTMLElement, change: () => void): void {
  if (isStill()) {
    change();
    return;
  }
  const before = new Map([...list.children].map((child) => [child, child.getBoundingClientRect().top]));
  const start = list.getBoundingClientRect().top;
  change();
  const shift = list.getBoundingClientRect().top - start;
  for (const child of list.children) {
    const top = before.get(child);
    const by = top === undefined ? 0 : top + shift - child.getBoundingClientRect().top;
    const options = { duration: MOVE_MS, easing: EASING };
    if (top === undefined) child.animate({ opacity: [0, 1], transform: ['scale(.97)', 'none'] }, options);
    else if (by !== 0) child.animate({ transform: [`translateY(${by}px)`, 'none'] }, options);
  }
}
