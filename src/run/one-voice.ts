import type {RunEvent} from '../event/event.js';
import type {Effects} from './effects.js';

type PhaseProgress = Extract<RunEvent, {kind: 'phase_progress'}>;

/**
 * For shards that work at the same time: what each says of its own progress becomes what the stage as a whole says, and its lines in the
 * log say whose they are.
 */
export function oneVoice({emit, log, ...effects}: Effects): (shard: number) => Effects {
  const begun = new Set<string>();
  const progress = new Map<string, Map<number, PhaseProgress>>();
  return (shard) => ({
    ...effects,
    log: (stage, line) => log(stage, `[${shard}] ${line}`),
    emit: (event) => {
      if (event.kind === 'phase_started') {
        if (!begun.has(event.phase)) emit(event);
        begun.add(event.phase);
      } else if (event.kind === 'phase_progress') {
        const all = progress.get(event.phase) ?? new Map<number, PhaseProgress>();
        progress.set(event.phase, all.set(shard, event));
        emit(sumOf([...all.values()], event));
      } else emit(event);
    },
  });
}

/** Of those that have begun with it; how much music, where all of them know. */
function sumOf(all: readonly PhaseProgress[], newest: PhaseProgress): PhaseProgress {
  const {music: _music, ...rest} = newest;
  const known = all.flatMap(({music}) => music ?? []);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    ...rest,
    done: sum(all.map(({done}) => done)),
    total: sum(all.map(({total}) => total)),
    ...(known.length === all.length && {
      music: {done: sum(known.map(({done}) => done)), total: sum(known.map(({total}) => total))},
    }),
  };
}
