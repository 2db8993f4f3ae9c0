/** The report's own style: one column, wide things scroll by themselves, light and dark as the reader's system says. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --back: #fff; --front: #16191d; --dim: #5f6875; --line: #e3e6ea; --panel: #f6f7f9;
  --accent: #2f6fed; --good: #15803d; --bad: #c62828; --warm: #b45309;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1215; --front: #e8eaed; --dim: #9aa4b1; --line: #272d35; --panel: #171b20;
    --accent: #6aa3ff; --good: #4ade80; --bad: #ff7b72; --warm: #fbbf24;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 68rem; background: var(--back); color: var(--front);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; font-variant-numeric: tabular-nums;
}
h1 { margin: .2rem 0 .3rem; font-size: 2.4rem; line-height: 1.15; letter-spacing: -.025em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .5rem; font-size: 1.3rem; letter-spacing: -.012em; }
h3 { margin: 1rem 0 .4rem; font-size: .95rem; font-weight: 600; }
h4 { margin: .7rem 0 .2rem; font-size: .8rem; font-weight: 500; color: var(--dim); }
p { margin: .3rem 0; overflow-wrap: anywhere; }
section { margin-top: 3.2rem; }
section > p.dim:not(.small) { margin-bottom: .8rem; max-width: 46rem; }
.dim { color: var(--dim); } .small { font-size: .85rem; } .problem { color: var(--bad); }
code, pre { font: .85em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; background: var(--panel); padding: .7rem .9rem; border-radius: .4rem; }
.empty { padding: 2rem 1rem; text-align: center; color: var(--dim); background: var(--panel); border-radius: .6rem; max-width: none; }

.kicker { display: flex; align-items: center; gap: .7rem; color: var(--dim); font-size: .9rem; }
.outcome { padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; font-size: .8rem; color: var(--warm); background: color-mix(in srgb, currentColor 14%, transparent); }
.outcome.done { color: var(--good); } .outcome.failed { color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.4rem 2rem; margin: 2rem 0 1.6rem; }
.figures div { border-top: 2px solid var(--line); padding-top: .6rem; }
.figures dt { color: var(--dim); font-size: .85rem; }
.figures dd { margin: .1rem 0; font-size: 1.9rem; font-weight: 650; line-height: 1.15; letter-spacing: -.02em; }
.figures p { margin: 0; color: var(--dim); font-size: .85rem; }
.judgement { margin: 0 0 1.2rem; max-width: 52rem; }
.results { margin: 0; padding: .8rem 1rem; background: var(--panel); border-radius: .6rem; font-size: .9rem; }
.results div { display: flex; flex-wrap: wrap; gap: .1rem .8rem; } .results dt { color: var(--dim); min-width: 6.5rem; } .results dd { margin: 0; min-width: 0; }
nav { position: sticky; top: 0; z-index: 200; display: flex; gap: 1.3rem; margin: 1.8rem 0 -1.2rem; padding: .7rem 0; overflow-x: auto; scrollbar-width: none; white-space: nowrap; background: var(--back); border-bottom: 1px solid var(--line); font-size: .9rem; }
nav a { color: var(--dim); text-decoration: none; } nav a:hover, nav a:focus-visible { color: var(--front); }

.controls { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.6rem; margin-bottom: .8rem; font-size: .9rem; }
.controls input { accent-color: var(--accent); vertical-align: middle; } .controls input[type=range] { width: 10rem; } .hint { font-size: .85rem; margin-left: auto; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
figure { margin: 0; min-width: 0; padding: .9rem 1rem .4rem; border: 1px solid var(--line); border-radius: .6rem; } figure.large { grid-column: 1 / -1; }
figcaption span { font-size: .85rem; }
.chart { margin-top: .2rem; overflow: hidden; }
.uplot { display: flex; flex-direction: column; font-family: inherit; } .u-legend { order: -1; margin: 0; text-align: left; font-size: .82rem; color: var(--dim); }
.u-inline.u-live th::after { content: ''; } .u-legend th { padding: .1rem .35rem .1rem 0; font-weight: 400; border: 0; } .u-legend td { padding: .1rem 1rem .1rem 0; border: 0; color: var(--front); font-weight: 600; }
.u-legend .u-marker { width: .7rem; height: .7rem; border-radius: .2rem; margin-right: .35rem; }
.u-legend .u-series:first-child .u-marker { display: none; }
.u-select { background: color-mix(in srgb, var(--accent) 18%, transparent); }
.u-cursor-x, .u-cursor-y { border-color: var(--dim) !important; }

.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .45rem 1.1rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
.side-by-side { min-width: 60%; } .side-by-side td { font-weight: 600; } .side-by-side thead span { font-weight: 400; } .side-by-side thead th { color: var(--front); font-weight: 600; line-height: 1.4; }
.swatch { display: inline-block; width: .7rem; height: .7rem; border-radius: .2rem; margin-right: .4rem; }

.timeline > div { display: grid; grid-template-columns: minmax(5rem, 9rem) 1fr minmax(6rem, 13rem); gap: 1rem; align-items: center; font-size: .9rem; padding: .22rem 0; }
.timeline.named > div { grid-template-columns: minmax(0, 14rem) 1fr 3.5rem; gap: .7rem; }
.timeline b { font-weight: 500; overflow-wrap: anywhere; } .timeline em { font-style: normal; color: var(--dim); font-size: .85rem; }
.timeline .scale span { display: flex; justify-content: space-between; color: var(--dim); font-size: .8rem; } .timeline .scale i { font-style: normal; }
.bar { position: relative; height: .95rem; background: var(--panel); border-radius: .25rem; overflow: hidden; }
.bar.cached { background: repeating-linear-gradient(-45deg, var(--line) 0 2px, transparent 2px 7px), var(--panel); }
.bar i { position: absolute; top: 0; bottom: 0; border-radius: .25rem; background: var(--accent); }
.bar i.failed, .bar i.crashed { background: var(--bad); } .bar i.interrupted { background: var(--warm); } .bar i.unselected { opacity: .35; }

.heat, .map { table-layout: fixed; width: 100%; border-spacing: 0; }
.heat th { width: 5rem; padding: 0 .6rem 0 0; font-size: .8rem; border: 0; white-space: nowrap; vertical-align: middle; line-height: 1.1; }
.heat td, .map tbody td { padding: 0; border: 1px solid var(--back); height: 1.1rem; background: color-mix(in srgb, var(--accent) calc(var(--shade, 0) * 100%), var(--panel)); }
.heat-scale { display: flex; justify-content: space-between; padding-left: 5rem; margin-top: .4rem; }
.key i { display: inline-block; width: 5rem; height: .6rem; margin: 0 .5rem; border-radius: .2rem; background: linear-gradient(90deg, color-mix(in srgb, var(--accent) 8%, var(--panel)), var(--accent)); }
.sensitivity { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2.5rem; align-items: start; }
.map th { padding: 0 .2rem .15rem 0; border: 0; font-size: .8rem; text-align: center; } .map thead tr:last-child th { padding-bottom: .35rem; } .map th:first-child { width: 2.6rem; text-align: left; }
.map tbody td { height: 1.4rem; border: 2px solid var(--back); border-radius: .3rem; } .map tbody td.selected { box-shadow: inset 0 0 0 2px var(--front); }

.songs { width: 100%; } .songs tbody th { color: var(--front); overflow-wrap: anywhere; } .songs .text { width: 55%; padding-right: 0; } .songs .number { padding-right: 1.6rem; }
details > summary { cursor: pointer; } details[open] > summary { margin-bottom: .4rem; }
.folded details { border-bottom: 1px solid var(--line); } .folded summary { padding: .55rem 0; } .folded .count { float: right; font-size: .85rem; }
.params { width: 100%; margin-bottom: .8rem; } .params th, .params td { padding-top: .3rem; padding-bottom: .3rem; } .folded .defaults { border: 0; margin-bottom: .8rem; } .folded .defaults summary { padding: .2rem 0; font-size: .9rem; } .params th { width: 17rem; overflow-wrap: anywhere; } .params td { overflow-wrap: anywhere; } .params .said th { color: var(--front); } .params .default td { color: var(--dim); } .params td:last-child:not(:nth-child(2)) { text-align: right; padding-right: 0; }

.prompt { margin: 0 0 2rem; } .prompt h3 { margin-bottom: .2rem; overflow-wrap: anywhere; }
.takes { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .9rem; margin-top: .6rem; }
.take { margin: 0; padding: .7rem; } .take figcaption { display: flex; justify-content: space-between; gap: .6rem; font-size: .9rem; }
.take img { display: block; width: 100%; height: 5.5rem; margin: .5rem 0; border-radius: .3rem; image-rendering: pixelated; background: #000; object-fit: fill; }
.take .memorised { color: var(--bad); font-weight: 600; }
.take audio { display: block; width: 100%; height: 2.4rem; }
.blind { margin-top: 2.5rem; padding: 1rem 1.2rem 1.2rem; border: 1px solid var(--line); border-radius: .6rem; } .blind h3 { margin-top: 0; } .blind .take button { margin-top: .6rem; width: 100%; }
.blind form { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; } .blind select { font: inherit; max-width: 100%; } .blind button { font: inherit; padding: .35rem .9rem; cursor: pointer; color: var(--front); background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; } .blind button:hover { border-color: var(--accent); }
kbd { font: .85em ui-monospace, Menlo, Consolas, monospace; padding: .05rem .3rem; border: 1px solid var(--line); border-radius: .25rem; }
@media (max-width: 44rem) {
  body { padding: 1.4rem 1rem 4rem; } h1 { font-size: 1.9rem; } section { margin-top: 2.6rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 1.1rem 1.2rem; margin: 1.4rem 0; } .figures dd { font-size: 1.5rem; }
  .charts, .sensitivity { grid-template-columns: minmax(0, 1fr); } .sensitivity { gap: 1.2rem; } figure { padding: .7rem .7rem .3rem; } .hint { display: none; }
  .timeline > div { grid-template-columns: 1fr auto; gap: .1rem .8rem; padding: .4rem 0; } .timeline .bar, .timeline .scale span { grid-column: 1 / -1; grid-row: 2; } .timeline .scale b, .timeline .scale em { display: none; }
  .timeline.named > div { grid-template-columns: 1fr auto; }
  .songs, .songs tbody, .songs tr, .songs td, .songs th { display: block; width: auto; } .songs thead { display: none; } .songs tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .songs th, .songs td, .songs .text { border: 0; padding: 0; width: auto; text-align: left; } .songs td.number { display: inline; color: var(--dim); font-size: .85rem; padding: 0 .9rem 0 0; } .songs td.number::before { content: attr(data-name) ' '; }
  .params th { width: 45%; } .params td:last-child:not(:nth-child(2)) { display: none; } .folded .count { float: none; display: block; }
  .heat th { width: 3.6rem; } .heat-scale { padding-left: 3.6rem; } .key i { width: 2.5rem; }
}
@media print { body { max-width: none; } nav, .controls { display: none; } section { break-inside: avoid; } }
`;
