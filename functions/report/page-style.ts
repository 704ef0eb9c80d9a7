/** How a report looks: one accent, system fonts, light and dark, narrow and wide, screen and paper. */

export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --raised: #f4f5f4; --ink: #1d2326; --quiet: #5a666c; --faint: #dfe3e3; --other: #a9b3b6;
  --accent: #0c6b82; --wash: #0c6b8226; --alert: #a23a1e; --alert-wash: #a23a1e12;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181a; --raised: #1c2225; --ink: #e6eaea; --quiet: #9aa7ac; --faint: #2d3639; --other: #66757b;
    --accent: #5dbfd6; --wash: #5dbfd633; --alert: #ef8f6f; --alert-wash: #ef8f6f1a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 0 1.25rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 400 1rem/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.2; font-weight: 600; text-wrap: balance; }
h1 { font-size: clamp(1.75rem, 1.2rem + 2.4vw, 2.6rem); letter-spacing: -.02em; margin: .25rem 0 1.25rem; }
h2 { font-size: 1.45rem; letter-spacing: -.01em; margin: 0 0 1rem; }
h3 { font-size: 1rem; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
a { color: var(--accent); }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
header { padding: 3.5rem 0 1.5rem; }
.kind { color: var(--accent); font-size: .85rem; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; margin: 0; }
.verdict { border-left: 4px solid var(--accent); background: var(--wash); padding: .9rem 1.1rem; margin: 0 0 1.75rem; max-width: 48rem; }
.verdict p { margin: 0; }
.verdict p + p { margin-top: .35rem; }
.verdict ul { margin: .35rem 0; padding-left: 1.1rem; }
.verdict strong { font-size: 1.1rem; font-weight: 600; }
.verdict.alert { border-color: var(--alert); background: var(--alert-wash); }
.verdict.alert strong { color: var(--alert); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(8.5rem, 22%), 1fr)); gap: 1rem 1.5rem; margin: 0; }
.facts dt { color: var(--quiet); font-size: .85rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
nav { border-block: 1px solid var(--faint); padding: .8rem 0; }
nav ol { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; margin: 0; padding: 0; font-size: .92rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { padding: 3rem 0 0; }
section > h3 { margin-top: 2.25rem; }
h2 + h3, .figures + .scroll { margin-top: 0; }
.figures:not(:last-child) { margin-bottom: 2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(9rem, 24%), 1fr)); gap: 1px; margin: 0 0 1rem; }
.card { box-shadow: 0 0 0 1px var(--faint); padding: 1.1rem 1.2rem; }
.card dt { color: var(--quiet); font-size: .88rem; }
.card dd { margin: 0; }
.card .value { font-size: 1.9rem; font-weight: 600; letter-spacing: -.02em; line-height: 1.3; }
.card .beside { color: var(--quiet); font-size: .88rem; line-height: 1.45; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2.5rem 3rem; }
figure { margin: 0; min-width: 0; }
figure > svg { display: block; width: 100%; height: auto; max-width: 32rem; overflow: visible; }
figcaption { font-size: .92rem; color: var(--quiet); margin-top: .5rem; }
figcaption p { margin: 0 0 .25rem; }
.source { color: var(--quiet); font-size: .8rem; margin: .5rem 0 0; }
.note { color: var(--quiet); font-size: .92rem; }
.meaning { border-block: 1px solid var(--faint); padding: 1.25rem 0; font-size: 1.08rem; }
.meaning p:last-child { margin: 0; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; font-size: .92rem; line-height: 1.4; }
.caption { color: var(--quiet); font-size: .88rem; line-height: 1.4; margin: 0 0 .4rem; }
th, td { padding: .45rem 1.6rem .45rem 0; border-bottom: 1px solid var(--faint); text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--quiet); font-size: .85rem; vertical-align: bottom; border-bottom-color: var(--other); }
th:last-child, td:last-child { padding-right: 0; }
tbody th { min-width: 7rem; max-width: 20rem; }
.number { text-align: right; white-space: nowrap; }
.yes { color: var(--accent); font-weight: 600; }
.no { color: var(--alert); font-weight: 600; }
.quiet { color: var(--quiet); }
svg.bar { display: block; width: clamp(7rem, 22vw, 18rem); height: .5rem; margin-top: .38rem; }
svg.small { display: block; width: 8.5rem; height: 2rem; }
svg text { font-size: 11px; fill: var(--quiet); }
svg .label { font-size: 11.5px; fill: var(--quiet); }
svg .direct { font-size: 12px; fill: var(--ink); }
svg .direct.accent { fill: var(--accent); font-weight: 600; }
svg .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg .end { text-anchor: end; }
svg .mid { text-anchor: middle; }
svg .grid { stroke: var(--faint); stroke-width: 1; }
svg .axis { stroke: var(--other); stroke-width: 1; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
svg .reference { fill: none; stroke: var(--other); stroke-width: 1.4; stroke-dasharray: 4 4; }
svg .outline { fill: none; stroke: var(--quiet); stroke-width: 1.5; }
svg .under { fill: var(--wash); }
svg .dot { fill: var(--accent); stroke: var(--paper); stroke-width: 1.5; }
svg .fill { fill: var(--accent); }
svg .soft { fill: var(--wash); stroke: var(--accent); stroke-width: 1.5; }
svg .other { fill: var(--other); }
svg .before { fill: var(--other); opacity: .55; }
svg .track { fill: var(--faint); }
svg .lowers { fill: var(--other); }
.matrix { max-width: 30rem; }
.matrix td { text-align: right; padding: .8rem 1rem; border: 2px solid var(--paper); }
.matrix thead th { text-align: right; padding-right: 1rem; }
.matrix th:first-child { text-align: left; }
.matrix .count { display: block; font-size: 1.35rem; font-weight: 600; }
.matrix .words { font-size: .82rem; color: var(--quiet); }
.levels { display: block; min-width: 16rem; max-width: 30rem; }
.levels span span { color: var(--quiet); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18.5rem), 1fr)); gap: 2.2rem 2.2rem; margin: 0 0 1rem; }
.panel { display: flex; flex-direction: column; }
.panel h3 { margin-bottom: .5rem; overflow-wrap: anywhere; }
.panel h3 .quiet { font-weight: 400; font-size: .85rem; }
.panel .note { margin: 0 0 .5rem; font-size: .85rem; }
.panel figcaption { margin-top: auto; padding-top: .4rem; }
.panel .mark { color: var(--alert); font-weight: 400; font-size: .85rem; }
.hidden-values { color: var(--quiet); font-size: .9rem; margin: .25rem 0 .75rem; padding: .6rem .8rem; background: var(--raised); }
.figures-of { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.4rem, 1fr)); gap: .25rem .8rem; margin: 0; font-size: .85rem; line-height: 1.35; }
.figures-of.of-times { grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); }
.figures-of dt { color: var(--quiet); font-size: .78rem; }
.figures-of dd { margin: 0; color: var(--ink); }
.findings { list-style: none; margin: 0 0 1rem; padding: 0; max-width: 52rem; }
.findings li { border-left: 4px solid var(--other); padding: .1rem 0 .1rem .9rem; margin: 0 0 1.1rem; }
.findings li.error { border-color: var(--alert); }
.findings li.warning { border-color: var(--accent); }
.findings p { margin: 0; max-width: none; }
.findings .what .quiet { font-size: .85rem; }
.findings .do { color: var(--quiet); font-size: .92rem; }
.severity { font-size: .85rem; font-weight: 600; margin-right: .35rem; }
.error .severity { color: var(--alert); }
.warning .severity { color: var(--accent); }
svg .box { fill: var(--wash); stroke: var(--accent); stroke-width: 1.2; }
svg .median { stroke: var(--accent); stroke-width: 2.6; }
svg .fence { stroke: var(--alert); stroke-width: 1.2; stroke-dasharray: 3 3; }
svg .plus { fill: var(--accent); }
svg .minus { fill: var(--alert); }
svg .diagonal { fill: var(--faint); }
svg.heat { display: block; height: auto; }
svg.strip { display: block; width: clamp(9rem, 26vw, 20rem); height: .9rem; margin-top: .2rem; }
svg[aria-labelledby^="correlation-legend"] { display: block; width: 22rem; max-width: 100%; margin: 0 0 1.25rem; }
.none { color: var(--quiet); }
.explained { min-width: 0; }
.explained h3 { margin-bottom: .15rem; }
.explained .note { margin-bottom: .5rem; }
.explained table { width: 100%; }
.explained svg.bar { width: 4.5rem; min-width: 0; }
.explained tbody th { min-width: 6rem; }
.explained td:nth-child(2) { overflow-wrap: anywhere; min-width: 5rem; }
.explained th:not(:last-child), .explained td:not(:last-child) { padding-right: .9rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--faint); padding-top: 1.25rem; color: var(--quiet); font-size: .88rem; }
@media (max-width: 40rem) { .card { padding: .8rem .9rem; } .card .value { font-size: 1.6rem; } header { padding-top: 2rem; } section { padding-top: 2.25rem; } }
@media print {
  :root { --paper: #fff; --raised: #f4f5f4; --ink: #000; --quiet: #444; --faint: #ddd; --other: #999; --accent: #0c6b82; --wash: #0c6b8226; --alert: #a23a1e; --alert-wash: #a23a1e12; }
  body { max-width: none; padding: 0; font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  nav { display: none; }
  header { padding-top: 0; }
  .scroll { overflow: visible; }
  figure, tr, .card, .explained, .verdict { break-inside: avoid; }
  h2, h3, .caption { break-after: avoid; }
}
`
