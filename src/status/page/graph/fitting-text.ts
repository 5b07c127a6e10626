/**
 * Widths in parts of the font's size, as they are in bold in the widest of the usual fonts (DejaVu Sans): nothing is drawn
 * here, so nothing can be measured, and in other fonts room is left.
 */
const WIDTHS: readonly (readonly [width: number, letters: string])[] = [
  [0.38, ` ijlIJ',.|/\\`],
  [0.46, 'f:;-!()[]'],
  [0.53, 'rt_`"*'],
  [0.6, 'csz?'],
  [0.7, 'aekovxyEFLT0123456789$'],
  [0.74, 'bdghnpquCPSYZ{}'],
  [0.88, 'ABDGHKNOQRUVX&#+<=>~^'],
  [0.94, 'w'],
];
/** Of m, W, M and all that is not ASCII. */
const WIDEST = 1.12;
const BY_LETTER = new Map(WIDTHS.flatMap(([width, letters]) => [...letters].map((letter) => [letter, width] as const)));
const CUT = '…';

/** How wide a text is in bold, at most, in parts of the font's size. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += BY_LETTER.get(letter) ?? WIDEST;
  return width;
}

/** The text, without its middle where it is wider than `widest`: names often begin alike and end alike. */
export function fittingText(text: string, widest: number): string {
  if (widthOf(text) <= widest) return text;
  const letters = [...text];
  let room = widest - widthOf(CUT);
  let [start, end] = [0, letters.length];
  for (let isStart = true; start < end; isStart = !isStart) {
    room -= widthOf(letters[isStart ? start : end - 1] ?? '');
    if (room < 0) break;
    if (isStart) start += 1;
    else end -= 1;
  }
  return letters.slice(0, start).join('') + CUT + letters.slice(end).join('');
}
