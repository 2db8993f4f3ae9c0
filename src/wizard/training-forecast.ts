import {memoryLimit} from '../app/memory.js';
import {SidestepError} from '../base/problem.js';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import type {Settings} from '../config/user/settings.js';
import {locateModel} from '../model/scan-model.js';
import {forecastTraining, songBounds, type TrainingForecast} from '../run/forecast/training.js';
import type {Machine} from './machine.js';
import {type SongsAtHand, usable} from './songs.js';

/** What the training of a pipeline that the wizard has composed will take, by the songs that were found. */
export async function trainingForecast(
  pipeline: Pipeline,
  {machine, songs, settings}: {machine: Machine; songs: SongsAtHand; settings: Settings},
): Promise<TrainingForecast> {
  const {engine, addon, launcher} = machine;
  if (engine.kind === 'unavailable') return {kind: 'unknown', problem: engine.problem};
  const stage = ofType(pipeline, 'train');
  const {checkpoint_dir, model} = ofType(pipeline, 'scan').params;
  try {
    const components = await locateModel({checkpoint_dir: String(checkpoint_dir), model: String(model)});
    const {params} = ofType(pipeline, 'preprocess.pass1');
    const bounds = (seconds: number) => songBounds(params, {samples: usable(songs), seconds});
    const lengths = songs.seconds.length === 0 ? [Number.POSITIVE_INFINITY] : songs.seconds;
    const mean = lengths.reduce((sum, each) => sum + each, 0) / lengths.length;
    const training = {
      stage,
      components: {...components},
      longest: bounds(Math.max(...lengths)),
      typical: bounds(mean),
    };
    // The engine is known, so its addon is there.
    return await forecastTraining(training, {
      engine,
      addon: addon!,
      launcher,
      limit_bytes: memoryLimit(settings),
    });
  } catch (error) {
    if (error instanceof SidestepError) return {kind: 'unknown', problem: error.problem};
    throw error;
  }
}

/** The wizard writes one of each. */
function ofType({stages}: Pipeline, type: string): ConfiguredStage {
  return stages.find(({uses}) => uses === type)!;
}
