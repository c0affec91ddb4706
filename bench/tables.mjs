// Numbers and tables of the reports, in Markdown.

export function fixed(value, digits = 0) {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number.isFinite(value) ? value.toLocaleString('en-US', format) : '';
}

export function table(header, rows) {
  const rule = header.map((_, i) => (i === 0 ? '---' : '--:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
