import { element } from '../dom.ts';
import { newUserId, type Person, type PersonKind, randomBytes } from './person.ts';
import { place } from './place.ts';

/** Chooses who is shopping. */
export class PersonForm {
  private readonly form = place('person', HTMLFormElement);
  private readonly field = place('user', HTMLInputElement);
  private readonly known = place('known-fields');
  private readonly another = place('new-fields');
  private newUser = newUserId(randomBytes(8));
  private readonly choose: (person: Person) => void;

  /** @param choose Called with each person that is chosen, the first one too. */
  constructor(choose: (person: Person) => void) {
    this.choose = choose;
    this.form.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement && target.name === 'kind') this.apply();
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.apply();
    });
    place('another').addEventListener('click', () => {
      this.newUser = newUserId(randomBytes(8));
      this.apply();
    });
  }

  /**
   * Offers these users and chooses the first; without any, a new user.
   *
   * @param only The only user whom the token of the reader may use; undefined if there is no such restriction.
   */
  start(users: readonly string[], only: string | undefined): void {
    place('users').replaceChildren(...users.map((user) => element('option', { value: user })));
    this.field.value = only ?? users[0] ?? '';
    if (only !== undefined) {
      this.field.readOnly = true;
      this.radio('new').disabled = true;
    } else if (users.length === 0) this.radio('new').checked = true;
    this.apply();
  }

  private radio(kind: PersonKind): HTMLInputElement {
    const radio = this.form.querySelector<HTMLInputElement>(`input[value=${kind}]`);
    if (!radio) throw new TypeError(`Cannot choose a person: the form has no ${kind}`);
    return radio;
  }

  private apply(): void {
    const kind = (['known', 'new', 'anonymous'] as const).find((each) => this.radio(each).checked);
    this.known.hidden = kind !== 'known';
    this.another.hidden = kind !== 'new';
    const user = this.field.value.trim();
    if (kind === 'anonymous') this.choose({ kind, basket: [] });
    else if (kind === 'new') this.choose({ kind, user: this.newUser });
    else if (user !== '') this.choose({ kind: 'known', user });
    else this.field.focus();
  }
}
