import type {Plan, PlannedStage} from '../plan/plan.js';
import {usefulRanks} from '../plan/ranks.js';
import {usefulShards} from '../plan/shards.js';
import type {JobRequest, JobRequests} from '../render/plan-text.js';
import type {Forecasts} from '../run/forecast/forecast.js';
import {jobRequest} from '../run/slurm/request.js';

/** What the stages of a plan that run elsewhere will ask for there. */
export function jobRequests({stages}: Plan, forecasts: Forecasts): JobRequests {
  const elsewhere = stages.filter(({verdict}) => verdict.kind === 'stale');
  return new Map(
    elsewhere.flatMap((stage): [typeof stage.id, JobRequest][] => {
      const request = requestOf(stage, forecasts);
      return request === undefined ? [] : [[stage.id, request]];
    }),
  );
}

function requestOf(stage: PlannedStage, forecasts: Forecasts): JobRequest | undefined {
  const {id, configured} = stage;
  const {executor} = configured.resources;
  if (executor === undefined) return undefined;
  const {name, how} = executor;
  if (how.type === 'command') return {executor: name, request: how.command};
  const shards = usefulShards(stage);
  const tasks = shards === 1 ? [] : Array.from({length: shards}, (_, task) => task);
  const work = {memory: forecasts.get(id), ranks: usefulRanks(configured), tasks};
  return {executor: name, request: ['sbatch', ...jobRequest(executor, how, work)]};
}
