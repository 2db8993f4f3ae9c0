/** The report's own style: one column, wide things scroll by themselves, light and dark as the reader's system says. */
export const REPORT_STYLE = `
:root { --back: #fff; --front: #1b1f24; --dim: #667085; --line: #e4e7ec; --panel: #f8f9fb; --accent: #3b82f6; --good: #16a34a; --bad: #dc2626; --warm: #e69f00; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1216; --front: #e6e9ee; --dim: #98a2b3; --line: #2a303a; --panel: #171b21; --accent: #60a5fa; --good: #4ade80; --bad: #f87171; --warm: #fbbf24; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--back); color: var(--front); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
small, .dim { color: var(--dim); font-weight: normal; }
p { margin: .3rem 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: var(--panel); padding: .6rem; border-radius: .4rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.cards div { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .8rem; }
dt { color: var(--dim); font-size: .8rem; } dd { margin: 0; font-size: 1.1rem; font-weight: 600; }
.chart { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; margin: .5rem 0; overflow: hidden; }
.u-legend { font-size: 13px; } .u-title { font-size: 15px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; } th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 500; } .number { text-align: right; white-space: nowrap; }
.timeline div { display: grid; grid-template-columns: minmax(5rem, 9rem) 1fr minmax(7rem, 15rem); gap: .6rem; align-items: center; font-size: 14px; padding: .15rem 0; }
.timeline.wide-names div { grid-template-columns: minmax(9rem, 16rem) 1fr 5rem; }
.timeline b { font-weight: 500; overflow-wrap: anywhere; } .timeline em { font-style: normal; color: var(--dim); }
.bar { position: relative; height: .9rem; background: var(--panel); border-radius: .2rem; }
.bar i { position: absolute; top: 0; bottom: 0; border-radius: .2rem; background: var(--accent); }
.bar i.succeeded { background: var(--good); } .bar i.failed, .bar i.crashed { background: var(--bad); } .bar i.interrupted { background: var(--warm); } .bar i.selected-no { opacity: .3; }
.problem { color: var(--bad); }
.heat { border-spacing: 0; } .heat th { padding-right: .6rem; font-size: 12px; border: 0; white-space: nowrap; }
.heat td { padding: 0; border: 0; min-width: 6px; width: 14px; height: 14px; background: color-mix(in srgb, var(--accent) calc(var(--shade) * 100%), transparent); }
details { margin: .2rem 0; } summary { cursor: pointer; }
input[type=range] { width: 12rem; vertical-align: middle; }
@media (max-width: 40rem) { .timeline div, .timeline.wide-names div { grid-template-columns: 1fr; gap: 0; padding: .35rem 0; } }
@media print { body { max-width: none; } }
`;
