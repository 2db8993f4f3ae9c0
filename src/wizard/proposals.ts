import type {Pipeline} from '../config/pipeline.js';
import {countText} from '../render/quantity.js';
import {trainingWork} from '../run/forecast/training-work.js';
import {isLowRank} from '../stage/adapter-kinds.js';
import {type ParamObject, valueAt} from '../stage/param.js';
import {detailFacts, shownValue} from './detail-facts.js';
import type {DetailId} from './details.js';
import type {ChosenValue} from './pipeline.js';

/**
 * Where training of a few songs and of many usually ends up well, by ACE-Step's and Side-Step's own guides: about a thousand
 * updates, in which a song is heard neither too seldom to be learned nor so often that it is learned by heart.
 */
const UPDATES = 1000;
const FEWEST_EPOCHS = 60;
const MOST_EPOCHS = 500;

/** Pure: so many that the updates come to about a thousand, in tens. */
export function epochsFor(updates_per_epoch: number): number {
  const tens = Math.round(UPDATES / Math.max(1, updates_per_epoch) / 10) * 10;
  return Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, tens));
}

/** Pure: the largest rank that so many songs can fill; more learns the recordings themselves. */
export function rankFor(songs: number): number {
  if (songs < 10) return 32;
  return songs < 50 ? 64 : 128;
}

/**
 * Pure: what a pipeline's training should say for this many songs, where no one had their number in mind: presets and settings that
 * name a length of their own are left alone.
 */
export function proposalsFor(songs: number, pipeline: Pick<Pipeline, 'stages'>): readonly ChosenValue[] {
  const train = pipeline.stages.find(({uses}) => uses === 'train');
  const epochs = detailFacts('train.epochs', pipeline);
  const undecided = epochs?.value === epochs?.schema.default && epochs?.said_by !== 'settings';
  if (train === undefined || songs < 1 || !undecided) return [];
  const {steps} = trainingWork({...train.params, epochs: 1}, songs);
  return [
    ...proposal('train.epochs', epochsFor(steps), songs, pipeline),
    ...rankProposals(songs, train.params, pipeline),
  ];
}

/** Alpha follows, so that the scale stays what it was. LoKr and LoHa mean something else by a rank. */
function rankProposals(
  songs: number,
  params: ParamObject,
  pipeline: Pick<Pipeline, 'stages'>,
): readonly ChosenValue[] {
  const [type, rank, alpha] = ['type', 'rank', 'alpha'].map((key) => valueAt(params, `adapter.${key}`));
  const wanted = rankFor(songs);
  const chosen = detailFacts('train.adapter.rank', pipeline)?.said_by === 'settings';
  if (!isLowRank(type) || chosen || typeof rank !== 'number' || rank <= wanted) return [];
  return [
    ...proposal('train.adapter.rank', wanted, songs, pipeline),
    ...proposal('train.adapter.alpha', (Number(alpha) / rank) * wanted, songs, pipeline),
  ];
}

function proposal(
  id: DetailId,
  value: number,
  songs: number,
  pipeline: Pick<Pipeline, 'stages'>,
): readonly ChosenValue[] {
  const facts = detailFacts(id, pipeline);
  if (facts === undefined || facts.value === value) return [];
  const otherwise = `${facts.said_by}: ${shownValue(facts.value)}`;
  return [{id, value, note: `for ${countText(songs, 'song')}; ${otherwise}`}];
}
