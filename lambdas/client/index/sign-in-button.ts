import { element } from '../dom.ts';
import type { CannotAsk } from './ask-user.ts';

/** Returns a button that goes to the issuer, with a place for why it cannot; nothing if signing in does not help. */
export function signInButton({ signIn }: CannotAsk): HTMLElement[] {
  if (!signIn) return [];
  const message = element('span', { role: 'status' });
  const click = async (): Promise<void> => {
    message.textContent = (await signIn()) ?? 'Going to the issuer …';
  };
  const button = element('button', { type: 'button', click: () => void click() }, 'Sign in');
  return [element('p', { class: 'noprint' }, button, ' ', message)];
}
