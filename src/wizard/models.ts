import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {FoundModel} from '../model/model.js';
import {listModels} from '../model/scan-model.js';

/** Every model of a folder; problems: `model/none-found`, and what reading the folder says. */
export async function modelsIn(dir: string): Promise<Result<readonly FoundModel[]>> {
  try {
    return ok((await listModels(dir)).map(({found}) => found));
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
}
