import type { Context } from './painter.ts';

/** A line of text in a font and a colour, with a halo that separates it from the marks below. */
export interface TextStyle {
  readonly font: string;
  readonly colour: string;
  readonly halo: string;
}

/** The width of the halo on each side, in pixels. */
const HALO_PX = 3;
/** The height of a line with its halo, in pixels. */
const HEIGHT_PX = 20;
/** When there are more images, all are dropped; those on the screen are soon drawn again. */
const MAX_IMAGES = 400;

/**
 * Draws text from images. Outlined text is the slowest thing that a canvas draws, and the same lines appear in every
 * frame, so each line is drawn once and then copied.
 */
export class TextImages {
  private readonly images = new Map<string, HTMLCanvasElement>();
  private readonly widths = new Map<string, number>();

  /** Returns the width of a line in pixels, without its halo. */
  widthOf(context: Context, text: string, font: string): number {
    const key = `${font}\n${text}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    context.font = font;
    const { width } = context.measureText(text);
    this.widths.set(key, width);
    return width;
  }

  /** Draws a line with its left end at `left`, centred at the height `y`, in pixels of the page. */
  draw(context: Context, text: string, style: TextStyle, left: number, y: number): void {
    const density = context.getTransform().a;
    const image = this.imageOf(context, text, style, density);
    // On whole pixels of the canvas the image is copied as it is; between them it would blur.
    const snap = (value: number): number => Math.round(value * density) / density;
    context.drawImage(
      image,
      snap(left - HALO_PX),
      snap(y - HEIGHT_PX / 2),
      image.width / density,
      image.height / density,
    );
  }

  private imageOf(context: Context, text: string, style: TextStyle, density: number): HTMLCanvasElement {
    const key = [text, style.font, style.colour, style.halo, density].join('\n');
    const known = this.images.get(key);
    if (known) return known;
    if (this.images.size >= MAX_IMAGES) this.images.clear();
    const image = document.createElement('canvas');
    image.width = Math.ceil((this.widthOf(context, text, style.font) + 2 * HALO_PX) * density);
    image.height = HEIGHT_PX * density;
    const own = image.getContext('2d');
    if (own) {
      own.setTransform(density, 0, 0, density, 0, 0);
      own.font = style.font;
      own.textBaseline = 'middle';
      own.lineJoin = 'round';
      own.lineWidth = 2 * HALO_PX - 1;
      own.strokeStyle = style.halo;
      own.strokeText(text, HALO_PX, HEIGHT_PX / 2);
      own.fillStyle = style.colour;
      own.fillText(text, HALO_PX, HEIGHT_PX / 2);
    }
    this.images.set(key, image);
    return image;
  }
}
