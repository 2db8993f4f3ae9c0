import type {Conditioning} from '../stage/conditioning.js';
import type {ExportFormat} from '../stage/export-layouts.js';
import type {Adapter} from './adapter.js';
import type {AboutAdapter} from './metadata.js';
import type {Provenance} from './provenance.js';

export interface CardParts {
  /** As it was trained, before any scale is worked in. */
  readonly adapter: Adapter;
  readonly about: AboutAdapter;
  readonly settings: CardSettings;
  /** Fallback title, and name of single files without ending. */
  readonly name: string;
  readonly format: ExportFormat;
  /** Absent for adapters of other programs. */
  readonly provenance: Provenance | undefined;
  /** Which state of the run it is: `last`, `best`, `epoch_50`; and whether its moving average. */
  readonly state: {readonly checkpoint: string; readonly weights: 'ema' | 'raw'};
  /** Names of the songs, where the user wants them known. */
  readonly songs: readonly string[] | undefined;
  /** Version of the export stage: with the facts of the training it says what made the file. */
  readonly version: number;
}

/** The export stage's `card`. */
export interface CardSettings {
  readonly enabled: boolean;
  readonly text?: string;
  /** Name on the Hub: `owner/name`. */
  readonly base_model?: string;
  readonly conditioning?: Conditioning;
}
