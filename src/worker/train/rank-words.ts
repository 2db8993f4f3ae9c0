import type {Problem} from '../../base/problem.js';
import type {Circle} from '../../native/ranks.js';
import type {TrainerSetup} from '../../native/trainer.js';

/** Rank 0 to another rank, which is a child process of it. `open` comes first, `enter` once all doors are known. */
export type RankOrder =
  | {
      readonly kind: 'open';
      readonly addon: string;
      /** Of this machine, to listen at. */
      readonly address: string;
    }
  | {readonly kind: 'enter'; readonly circle: Circle; readonly setup: TrainerSetup};

/** A rank to rank 0. */
export type RankAnswer =
  | {readonly kind: 'listening'; readonly port: number}
  | {readonly kind: 'failed'; readonly problem: Problem; readonly stack?: string};
