/** Bars made of block characters. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar in eighths of a cell, filled up with blanks. Every share above 0 is visible. @param share 0 to 1. */
export function blockBar(share: number, cells: number): string {
  const exact = Math.min(Math.max(share || 0, 0), 1) * cells * 8;
  const eighths = exact > 0 ? Math.max(1, Math.round(exact)) : 0;
  return `${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7]}`.padEnd(cells);
}

/** A bar in whole cells, filled up with dots. @param share 0 to 1. */
export function progressBar(share: number, cells: number): string {
  return '█'.repeat(Math.round(share * cells)).padEnd(cells, '·');
}
