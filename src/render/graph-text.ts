import type {StageId} from '../base/stage-id.js';
import type {Plan, PlannedStage} from '../plan/plan.js';

/** A line from one stage to another: `reads` carries data, `waits_for` only order. */
export interface GraphEdge {
  readonly from: StageId;
  readonly to: StageId;
  readonly kind: 'reads' | 'waits_for';
}

export function graphEdges(plan: Plan): GraphEdge[] {
  return plan.stages.flatMap((stage) => [
    ...stage.reads.map((from) => ({from, to: stage.id, kind: 'reads' as const})),
    ...stage.waits_for.map((from) => ({from, to: stage.id, kind: 'waits_for' as const})),
  ]);
}

/** Mermaid, as GitHub and many editors draw it: https://mermaid.js.org/syntax/flowchart.html. */
export function mermaidText(plan: Plan): string {
  const names = shortNames(plan);
  const nodes = plan.stages.map(
    (stage) => `  ${names.get(stage.id)}["${mermaidLabel(stage)}"]:::${stage.verdict.kind}`,
  );
  const edges = graphEdges(plan).map(
    ({from, to, kind}) => `  ${names.get(from)} ${kind === 'reads' ? '-->' : '-.->'} ${names.get(to)}`,
  );
  const classes = [
    '  classDef cached fill:#dff5e1,stroke:#2e7d32,color:#111',
    '  classDef stale fill:#fff4d6,stroke:#b7791f,color:#111',
    '  classDef blocked fill:#fde2e1,stroke:#c62828,color:#111',
    '  classDef skipped fill:#eee,stroke:#999,color:#555',
  ];
  return `${['flowchart TD', ...nodes, ...edges, ...classes].join('\n')}\n`;
}

/** Graphviz: https://graphviz.org/doc/info/lang.html. */
export function dotText(plan: Plan): string {
  const fill = {cached: '#dff5e1', stale: '#fff4d6', blocked: '#fde2e1', skipped: '#eeeeee'};
  const nodes = plan.stages.map(
    (stage) =>
      `  ${quoted(stage.id)} [label=${quoted(`${stage.id}\n${stage.configured.uses}`)}, fillcolor="${fill[stage.verdict.kind]}"];`,
  );
  const edges = graphEdges(plan).map(
    ({from, to, kind}) => `  ${quoted(from)} -> ${quoted(to)}${kind === 'reads' ? '' : ' [style=dashed]'};`,
  );
  return `${[`digraph ${quoted(plan.pipeline)} {`, '  node [shape=box, style="rounded,filled", fontname="sans-serif"];', ...nodes, ...edges, '}'].join('\n')}\n`;
}

/** Ids hold brackets and equals signs (`train[rank=8]`), which Mermaid's ids may not. */
function shortNames(plan: Plan): ReadonlyMap<StageId, string> {
  return new Map(plan.stages.map((stage, index) => [stage.id, `s${index}`]));
}

function mermaidLabel(stage: PlannedStage): string {
  const entities = (text: string): string => text.replaceAll('"', '#quot;');
  return `${entities(stage.id)}<br/><small>${entities(stage.configured.uses)}</small>`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
