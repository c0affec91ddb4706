// What all pictures share: their colours on light and dark pages.

/** The style of a picture, and its background: a page may be dark where its reader's system is light. */
export const PICTURE_STYLE = `<style>
svg { --page: #ffffff; --ink: #1f2328; --line: #656d76; --box: #f3f5f7; --store: #e4effc; --store-line: #1f62b8;
  --check: #fdf1d3; --check-line: #8a5a00; --result: #dff3e4; --result-line: #1a6e35; --refused: #fde7e6; --refused-line: #b3261e; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --line: #9198a1; --box: #1c232c; --store: #10294a; --store-line: #7cb3f5;
    --check: #3a2c07; --check-line: #e0b252; --result: #10311b; --result-line: #6fce87; --refused: #451a17; --refused-line: #ff9c94; }
}
.page { fill: var(--page); }
text { fill: var(--ink); font: 14px Helvetica, Arial, sans-serif; }
.node text:first-of-type { font-weight: bold; }
.edge path { stroke: var(--line); stroke-width: 1.5; }
.edge polygon { stroke: var(--line); fill: var(--line); }
.node path { fill: var(--box); stroke: var(--line); stroke-width: 1.5; }
.node.outside path { fill: var(--page); stroke-dasharray: 5 3; }
.node.store path { fill: var(--store); stroke: var(--store-line); }
.node.check path { fill: var(--check); stroke: var(--check-line); }
.node.result path { fill: var(--result); stroke: var(--result-line); }
.node.refused path { fill: var(--refused); stroke: var(--refused-line); }
text.title { font-weight: bold; }
text.muted { fill: var(--line); }
.axis { stroke: var(--line); stroke-opacity: .45; }
.bar { fill: var(--line); }
.bar.alarm { fill: var(--refused-line); }
.curve { fill: none; stroke: var(--refused-line); stroke-width: 2.5; }
.threshold { stroke: var(--check-line); stroke-dasharray: 6 4; stroke-width: 1.5; }
text.alarm-text { fill: var(--refused-line); }
text.threshold-text { fill: var(--check-line); }
</style>
<rect class="page" width="100%" height="100%" rx="8"/>`;
