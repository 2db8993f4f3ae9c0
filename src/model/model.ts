/**
 * One ACE-Step model on disk together with the parts it shares with its neighbours: the output of the `scan` stage
 * (`model.json`). All paths are absolute. Content hashes, never paths or folder names, enter fingerprints.
 */
export interface Model {
  /** Folder name, e.g. `acestep-v15-turbo` or `my-fine-tune`. */
  readonly name: string;
  /** `official` for upstream's folder names. */
  readonly label: ModelLabel;
  /** What the model is or descends from; it decides inference defaults and which timestep law is usual. */
  readonly base: BaseModel;
  /** How `base` was found: in the model's own config.json, by its folder name, or because the user said so. */
  readonly base_origin: 'config' | 'folder_name' | 'parameter';
  readonly size: ModelSize;
  /** Elements of all tensors in the model's safetensors files. */
  readonly parameters: number;
  /** Law of the timestep, from config.json. */
  readonly timestep_mu: number;
  readonly timestep_sigma: number;
  /** What inference programs should use with adapters of this model. */
  readonly inference: InferenceDefaults;
  /** By config.json: what adapters and preprocessed samples must fit. */
  readonly shape: ModelShape;
  /** Latent frames of the silence latent, 25 a second: no piece of music can be longer. */
  readonly silence_frames: number;
  readonly components: Components;
}

export const baseModels = ['turbo', 'base', 'sft'] as const;
export type BaseModel = (typeof baseModels)[number];
export type ModelLabel = 'official' | 'custom';
/** By config.json: `2b` and `xl` are upstream's two sizes, `other` anything else (such as a tiny test model). */
export type ModelSize = '2b' | 'xl' | 'other';

export interface ModelShape {
  /** Of the decoder. */
  readonly layers: number;
  /** Numbers of a condition's token: the width of `encoder_hidden_states`. */
  readonly condition_width: number;
  /** Channels of a latent frame. */
  readonly latent_channels: number;
}

export interface InferenceDefaults {
  /** Timestep shift: 3 for turbo, 1 for base and sft. */
  readonly shift: number;
  /** 8 for turbo, 50 for base and sft. */
  readonly steps: number;
}

/**
 * The parts of a checkpoint that stages load separately. `dit` also holds the condition encoder: upstream keeps both in
 * one file.
 */
export const componentNames = ['dit', 'silence_latent', 'vae', 'text_encoder', 'tokenizer'] as const;
export type ComponentName = (typeof componentNames)[number];

export interface Component {
  /** The component's folder, as the native engine opens it. */
  readonly dir: string;
  /** The files that make up the component, in order of name; the config.json comes with the weights it describes. */
  readonly files: readonly string[];
  /** Identity of the contents: hash over the files' hashes and their roles, not their paths. */
  readonly hash: string;
}

export type Components = Readonly<Record<ComponentName, Component>>;

/** What a checkpoint directory offers, also when incomplete: `sidestep models` prints these. */
export interface FoundModel {
  readonly name: string;
  readonly dir: string;
  readonly label: ModelLabel;
  /** `undefined` when neither config.json nor the folder name tells. */
  readonly base: BaseModel | undefined;
  readonly size: ModelSize;
  readonly parameters: number;
  readonly timestep_mu: number | undefined;
  readonly timestep_sigma: number | undefined;
  /** Empty when the model can be used. */
  readonly missing: readonly MissingPart[];
}

/** A part that a model needs and that was not found or is damaged. */
export interface MissingPart {
  readonly component: ComponentName;
  /** The file or folder looked at. */
  readonly path: string;
  readonly reason: string;
}
