import type {StageId} from '../base/stage-id.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';

/**
 * The plan as a drawing for terminals, one row per stage in plan order, a column ("lane") per output that is still to be
 * read further down:
 *
 *     ●      model       scan
 *     │ ●    songs       dataset
 *     ├─●    latents     preprocess.pass1
 *     ●─┘    train       train
 *
 * `┼` joins a lane, `│` between two `─` is only crossed.
 */
export function graphDrawing(plan: Plan, colours: Palette): string {
  const rows = laneRows(plan);
  const width = Math.max(0, ...rows.map((row) => row.length));
  const idWidth = Math.max(0, ...plan.stages.map((stage) => columnsOf(stage.id)));
  const lines = plan.stages.map((stage, index) => {
    const row = rows[index] ?? '';
    const drawn = row.replace('●', markOf(stage, colours));
    const space = ' '.repeat(width - row.length);
    return `${drawn}${space}  ${colours.bold(filledEnd(stage.id, idWidth))}  ${colours.dim(stage.configured.uses)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** A lane carries the output of `from` until the last of `readers` has it. */
interface Lane {
  readonly from: StageId;
  readonly readers: Set<StageId>;
}

/** The drawing alone, with `●` at the stage's place. */
function laneRows(plan: Plan): string[] {
  const readersOf = readersByStage(plan);
  const lanes: (Lane | undefined)[] = [];
  return plan.stages.map(({id}) => {
    const joined = new Set<number>();
    const ending = new Set<number>();
    for (const [column, lane] of lanes.entries()) {
      if (lane === undefined || !lane.readers.has(id)) continue;
      joined.add(column);
      lane.readers.delete(id);
      if (lane.readers.size > 0) continue;
      ending.add(column);
      lanes[column] = undefined;
    }
    const node = [...ending][0] ?? freeColumn(lanes);
    const row = drawRow({lanes, node, joined, ending});
    const readers = readersOf.get(id);
    lanes[node] = readers === undefined ? undefined : {from: id, readers};
    return row;
  });
}

/** Fresh sets, which the drawing uses up. */
function readersByStage(plan: Plan): ReadonlyMap<StageId, Set<StageId>> {
  const readers = new Map<StageId, Set<StageId>>();
  for (const {id, reads, waits_for} of plan.stages) {
    for (const from of [...reads, ...waits_for]) {
      const known = readers.get(from);
      if (known === undefined) readers.set(from, new Set([id]));
      else known.add(id);
    }
  }
  return readers;
}

function freeColumn(lanes: readonly (Lane | undefined)[]): number {
  const free = lanes.indexOf(undefined);
  return free === -1 ? lanes.length : free;
}

interface RowShape {
  readonly lanes: readonly (Lane | undefined)[];
  readonly node: number;
  readonly joined: ReadonlySet<number>;
  readonly ending: ReadonlySet<number>;
}

function drawRow({lanes, node, joined, ending}: RowShape): string {
  const first = Math.min(node, ...joined);
  const last = Math.max(node, ...joined);
  let row = '';
  for (let column = 0; column < Math.max(lanes.length, node + 1); column += 1) {
    const inside = column > first && column < last;
    row += cell({column, node, first, inside, joined, ending, occupied: lanes[column] !== undefined});
    row += column >= first && column < last ? '─' : ' ';
  }
  return row.trimEnd();
}

function cell(at: {
  readonly column: number;
  readonly node: number;
  readonly first: number;
  readonly inside: boolean;
  readonly joined: ReadonlySet<number>;
  readonly ending: ReadonlySet<number>;
  readonly occupied: boolean;
}): string {
  if (at.column === at.node) return '●';
  if (at.joined.has(at.column)) {
    if (at.inside) return at.ending.has(at.column) ? '┴' : '┼';
    if (at.column === at.first) return at.ending.has(at.column) ? '└' : '├';
    return at.ending.has(at.column) ? '┘' : '┤';
  }
  if (at.occupied) return '│';
  return at.inside ? '─' : ' ';
}

function markOf({verdict}: PlannedStage, colours: Palette): string {
  switch (verdict.kind) {
    case 'cached':
      return colours.green('✔');
    case 'stale':
      return colours.yellow('●');
    case 'blocked':
      return colours.red('✖');
    case 'skipped':
      return colours.dim('○');
  }
}
