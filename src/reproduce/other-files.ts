import type {OtherFile} from '../adapter/recipe.js';
import {shownPath} from '../base/path-bytes.js';
import {suffixOf} from './pipeline.js';
import type {SongDifference} from './songs.js';
import {listsNamed, selectionFile, stateFile, type Training, type TrainingSources} from './trainings.js';

/** What a parameter of the written pipeline names, and its content hash. */
export interface FileAtHand {
  readonly path: string;
  readonly content: string | undefined;
}

/**
 * Files and folders that were named to make the adapter again, and hold other bytes than those of the training. `lookAt` answers
 * undefined for what cannot be read: the plan says what is wrong with it.
 */
export async function otherFiles(
  made: TrainingSources,
  lookAt: (stage: string, param: string) => Promise<FileAtHand | undefined>,
): Promise<readonly SongDifference[]> {
  const differences: SongDifference[] = [];
  for (const {stage, param, what, content} of expectedFiles(made)) {
    const found = await lookAt(stage, param);
    if (found === undefined || found.content === content) continue;
    const message = `${shownPath(found.path)} holds other ${what} than those of the training`;
    differences.push({code: 'reproduce/other-file', message});
  }
  return differences;
}

interface ExpectedFile {
  readonly stage: string;
  /** Dotted. */
  readonly param: string;
  readonly what: 'tensors' | 'modules' | 'weights';
  readonly content: string;
}

/** Pure: which parameter of the pipeline names something on disk, and what that must be. */
function expectedFiles({lists, trainings}: TrainingSources): ExpectedFile[] {
  const copies = lists.flatMap((list, i): ExpectedFile[] => {
    if (!('made_by' in list)) return [];
    return [copy(`tensors${suffixOf(lists, i)}`, 'tensors', list.content)];
  });
  return [...copies, ...trainings.flatMap((training) => ofTraining(training))];
}

function ofTraining(training: Training): ExpectedFile[] {
  const {suffix, recipe} = training;
  const stage = `train${suffix}`;
  const file = (own: OtherFile | undefined, rest: Omit<ExpectedFile, 'content'>, copied: string) => {
    if (own === undefined) return [];
    return own.made_by === undefined
      ? [{...rest, content: own.content}]
      : [copy(copied, rest.what, own.content)];
  };
  const folders = (value: Parameters<typeof listsNamed>[0] | undefined, param: string, of: string) =>
    (value === undefined ? [] : listsNamed(value, param)).flatMap(([path, number]): ExpectedFile[] => {
      const list = recipe.lists[number];
      if (list === undefined || !('folder' in list)) return [];
      return [{stage: of, param: path, what: 'tensors', content: list.folder}];
    });
  const {selection} = recipe;
  return [
    ...folders(recipe.tensors, 'tensors', stage),
    ...folders(recipe.validation, 'validation.tensors', stage),
    ...(selection !== undefined && 'tensors' in selection
      ? folders(selection.tensors, 'tensors', `estimate${suffix}`)
      : []),
    ...file(
      selectionFile(training),
      {stage, param: 'adapter.selection.estimate', what: 'modules'},
      `selection${suffix}`,
    ),
    ...file(stateFile(training), {stage, param: 'resume_from', what: 'weights'}, 'state'),
  ];
}

function copy(stage: string, what: ExpectedFile['what'], content: string): ExpectedFile {
  return {stage, param: 'inputs.from', what, content};
}
