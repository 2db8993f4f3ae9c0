import type {Result} from '../base/result.js';
import type {Pipeline} from '../config/pipeline.js';
import type {AnswerId, SomeAnswers} from './answers.js';
import type {GroupId} from './details.js';
import type {PathKind} from './path-completion.js';
import type {ChosenValue} from './pipeline.js';
import type {Shared} from './shared.js';
import type {SongsAtHand} from './songs.js';
import type {FoundTensors} from './tensors.js';

export interface Choice {
  readonly value: string;
  /** Shown in its place. */
  readonly label?: string;
  readonly hint?: string;
}

/** What questions need to know apart from the answers so far. */
export interface Known {
  readonly cwd: string;
  /** The folder that songs usually are in, when it is there and somebody can see that it is proposed. */
  readonly usual_songs: string | undefined;
  /** The setting `checkpoint_dir`. */
  readonly checkpoint_dir: string | undefined;
  /** Presets for train stages. */
  readonly presets: readonly {
    readonly name: string;
    readonly description: string;
    /** What it decides, in few words; worked out when it is looked at. */
    readonly decides: (adapter: string) => string;
  }[];
  /** What suits the memory of this machine's card, and why. */
  readonly preset: {readonly name: string; readonly why: string};
  /** Answers of the last session, proposed to somebody who can see them. */
  readonly last: SomeAnswers;
  /** Looks at an audio folder or dataset JSON, each once. Problems: `dataset/*`. */
  readonly songs: (path: string) => Promise<Result<SongsAtHand>>;
  /** Looks at a folder of samples that are encoded already. Problem: `init/no-tensors`. */
  readonly tensors: (path: string) => Promise<Result<FoundTensors>>;
  /** What other files of the project have that this one may use: only what fits. */
  readonly shared: Shared;
  /** The pipeline that these answers would make; what has not been asked yet is as if no one had said it. Pure. */
  readonly resolve: (answers: SomeAnswers) => Result<Pipeline>;
  /** What the number of songs asks for where no one says otherwise; it is part of what `resolve` makes. Pure. */
  readonly proposals: (answers: SomeAnswers) => readonly ChosenValue[];
}

export interface Question {
  readonly id: AnswerId;
  /** The group whose step this question belongs to; absent: it is a step of its own. */
  readonly group?: GroupId;
  readonly message: string | ((answers: SomeAnswers, known: Known) => string);
  /** Not asked when the answers so far settle it. */
  readonly applies?: (answers: SomeAnswers, known: Known) => Promise<boolean>;
  /** What `--yes` takes; undefined: it must be said. */
  readonly initial: (answers: SomeAnswers, known: Known) => Promise<string | undefined>;
  /** To choose from; absent, or undefined: text. */
  readonly choices?: (answers: SomeAnswers, known: Known) => Promise<readonly Choice[] | undefined>;
  /** The answer is a path of this kind: Tab completes it. */
  readonly path?: PathKind;
  /** Shown above the question: what was found. */
  readonly shows?: (answers: SomeAnswers, known: Known) => Promise<string | undefined>;
  /** The answer made exact, or what is wrong with it. */
  readonly check: (answer: string, answers: SomeAnswers, known: Known) => Promise<Result<string>>;
  /** What a good answer means, told after it. */
  readonly remark?: (answer: string, answers: SomeAnswers, known: Known) => Promise<string | undefined>;
  /** Whether an answer given under other circumstances may be proposed here. */
  readonly holds?: (answers: SomeAnswers, proposals: SomeAnswers, known: Known) => boolean;
}
