import type {DatasetParameters} from '../schema/types.generated.js';

/** The parameters of the `dataset` stage with references to other stages replaced by the paths they lead to. */
export type DatasetOptions = Omit<DatasetParameters, 'audio_dir' | 'dataset_json' | 'model'> & {
  /** Absolute. */
  readonly audio_dir?: string;
  /** Absolute. */
  readonly dataset_json?: string;
};
