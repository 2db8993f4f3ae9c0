import {listed} from '../base/near-miss.js';
import {type ParamObject, valueAt} from './param.js';
import type {DerivedFault, UpstreamOf} from './stage-type.js';

/**
 * Pure: a state of a training that will not be there when it is asked for, hours later, as a fault of `checkpoint`. What early
 * stopping or the clock decide cannot be known before; nor can how many steps the songs make.
 */
export function stateFaults({checkpoint}: ParamObject, upstream: UpstreamOf): DerivedFault[] {
  const train = upstream('adapter');
  if (train?.uses !== 'train' || typeof checkpoint !== 'string') return [];
  const because = absence(checkpoint, train.params);
  if (because === undefined) return [];
  return [
    {
      param: 'checkpoint',
      code: 'export/checkpoint-missing',
      message: `The training will keep no state ${checkpoint}: ${because}`,
      hint: `It keeps ${listed(keptStates(train.params), 6)}; \`checkpoint\` of the train stage says when.`,
    },
  ];
}

function absence(state: string, train: ParamObject): string | undefined {
  if (state === 'last') return undefined;
  if (state === 'best') return absenceOfBest(train);
  const [kind, digits] = state.split('_') as [string, string];
  return kind === 'epoch' ? absenceOfEpoch(Number(digits), train) : absenceOfStep(Number(digits), train);
}

function absenceOfBest(train: ParamObject): string | undefined {
  if (numberAt(train, 'keep_best') === 0) return '`checkpoint.keep_best` is 0';
  const after = numberAt(train, 'best_after_epoch');
  if (after < Number(train.epochs)) return undefined;
  return `only epochs after ${after} can be the best (\`best_after_epoch\`), and it trains ${String(train.epochs)}`;
}

function absenceOfEpoch(epoch: number, train: ParamObject): string | undefined {
  const every = numberAt(train, 'every_epochs');
  if (epoch > Number(train.epochs)) return `it trains ${String(train.epochs)} epochs`;
  if (every === 0) return '`checkpoint.every_epochs` is 0';
  if (epoch === 0 || epoch % every !== 0) return `it writes one every ${every} epochs`;
  const kept = keptEpochs(train);
  if (kept === undefined || kept.includes(epoch)) return undefined;
  const alsoKept = numberAt(train, 'keep_every') > 0 ? `, and \`keep_every\` another` : '';
  return `\`checkpoint.keep_last\` keeps the last ${numberAt(train, 'keep_last')}${alsoKept}`;
}

function absenceOfStep(step: number, train: ParamObject): string | undefined {
  const [every, most] = [numberAt(train, 'every_steps'), Number(train.max_steps ?? Number.POSITIVE_INFINITY)];
  if (step > most) return `it ends after ${most} steps (\`max_steps\`)`;
  if (numberAt(train, 'every_minutes') > 0) return undefined;
  if (every === 0) return '`checkpoint.every_steps` is 0';
  return step === 0 || step % every !== 0 ? `it writes one every ${every} steps` : undefined;
}

/** Names for a hint: of the epochs, as far as they are known beforehand. */
function keptStates(train: ParamObject): string[] {
  const epochs = (keptEpochs(train) ?? []).map((epoch) => `epoch_${epoch}`);
  return ['last', ...(absenceOfBest(train) === undefined ? ['best'] : []), ...epochs];
}

/** Epochs whose checkpoints are there at the end; undefined where something else has a say in it. */
export function keptEpochs(train: ParamObject): number[] | undefined {
  const keep = numberAt(train, 'keep_last');
  const decidedOnTheWay = ['every_steps', 'every_minutes'].some((key) => numberAt(train, key) > 0);
  const endsSooner = Number(valueAt(train, 'early_stop.patience') ?? 0) > 0 || train.max_steps !== undefined;
  if (keep > 0 && (decidedOnTheWay || endsSooner)) return undefined;
  const every = numberAt(train, 'every_epochs');
  const count = every === 0 ? 0 : Math.floor(Number(train.epochs) / every);
  const first = keep === 0 ? 1 : Math.max(1, count - keep + 1);
  const lasting = numberAt(train, 'keep_every');
  const stays = (nth: number) => nth >= first || (lasting > 0 && nth % lasting === 0);
  return Array.from({length: count}, (_, i) => i + 1).flatMap((nth) => (stays(nth) ? [nth * every] : []));
}

function numberAt(train: ParamObject, key: string): number {
  return Number(valueAt(train, `checkpoint.${key}`) ?? 0);
}
