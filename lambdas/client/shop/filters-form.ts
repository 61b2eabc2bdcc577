import type { ShopFilters } from './ask.ts';
import { place } from './place.ts';

/** The filters of the catalogue. They are shown only if the catalogue names products. */
export class FiltersForm {
  private readonly form = place('filters', HTMLFormElement);
  private readonly category = place('category', HTMLInputElement);
  private readonly lowest = place('min-price', HTMLInputElement);
  private readonly highest = place('max-price', HTMLInputElement);

  constructor(apply: (filters: ShopFilters) => void) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      apply(this.filters());
    });
    // The fields are empty only after the event.
    this.form.addEventListener('reset', () => setTimeout(() => apply(this.filters())));
  }

  show(): void {
    place('catalogue-filters').hidden = false;
  }

  private filters(): ShopFilters {
    const category = this.category.value.trim();
    const [from, to] = [this.lowest, this.highest].map(({ value, valueAsNumber }) =>
      value === '' || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber,
    );
    return {
      ...(category !== '' && { category }),
      ...(from !== undefined && { minPrice: from }),
      ...(to !== undefined && { maxPrice: to }),
    };
  }
}
