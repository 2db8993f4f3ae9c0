/** What a command line of Side-Step becomes here. */
export interface PrintedLine {
  /** Where its documentation prints it. */
  readonly page: string;
  readonly line: string;
  /** The stages of the pipeline, or the subcommand that makes none. */
  readonly becomes: readonly string[] | {readonly refused: string; readonly hint: RegExp};
}

const trained = ['model', 'train', 'export'];
const encoded = ['model', 'songs', 'latents', 'conditions'];
const tags = {refused: 'tags', hint: /custom_tag/};
const settings = {refused: 'settings', hint: /sidestep settings/};
const captions = {refused: 'captions', hint: /NAME\.txt/};
const gui = {refused: 'gui', hint: /sidestep ui/};
const wizard = {refused: 'wizard', hint: /sidestep init/};

/** Every command line that the documentation of Side-Step 1.1.2 prints, without those that hold a placeholder. */
export const printedLines: readonly PrintedLine[] = [
  {page: 'README.md:89', line: 'uv run sidestep gui', becomes: gui},
  {page: 'README.md:103', line: 'uv run sidestep', becomes: wizard},
  {
    page: 'README.md:113',
    line: 'uv run sidestep train --checkpoint-dir ./checkpoints --model base --dataset-dir ./my_tensors --output-dir ./output/my_lora --adapter-type dora --rank 64 --alpha 128 --epochs 500',
    becomes: trained,
  },
  {
    page: 'README.md:175',
    line: 'uv run sidestep preprocess --audio-dir ./my_songs --tensor-output ./my_tensors --normalize peak',
    becomes: encoded,
  },
  {
    page: 'README.md:186',
    line: 'uv run sidestep train --checkpoint-dir ./checkpoints --model base --dataset-dir ./my_tensors --output-dir ./output/my_lora --epochs 500',
    becomes: trained,
  },
  {
    page: 'README.md:199',
    line: 'uv run sidestep analyze --checkpoint-dir ./checkpoints --model base --dataset-dir ./my_tensors',
    becomes: ['model', 'sensitivity'],
  },
  {
    page: 'README.md:212',
    line: 'uv run sidestep captions --audio-dir ./my_songs --provider local_16gb',
    becomes: captions,
  },
  {
    page: 'README.md:217',
    line: 'uv run sidestep captions --audio-dir ./my_songs --metadata-provider music_flamingo --lyrics-provider transcriber_server --music-flamingo-url http://localhost:5000 --transcriber-server-url http://localhost:8000',
    becomes: captions,
  },
  {
    page: 'README.md:228',
    line: 'uv run sidestep export --adapter-dir ./output/my_lora/final --target native',
    becomes: ['export'],
  },
  {page: 'README.md:236', line: 'uv run sidestep dataset --input ./my_music_folder', becomes: ['songs']},
  {
    page: 'CLI Argument Reference.md:318',
    line: 'sidestep tags add ./my_audio --tag "suno_v4" --position prepend',
    becomes: tags,
  },
  {
    page: 'CLI Argument Reference.md:319',
    line: 'sidestep tags remove ./my_audio --tag "suno_v4"',
    becomes: tags,
  },
  {page: 'CLI Argument Reference.md:320', line: 'sidestep tags clear ./my_audio', becomes: tags},
  {page: 'CLI Argument Reference.md:321', line: 'sidestep tags list ./my_audio', becomes: tags},
  {page: 'CLI Argument Reference.md:382', line: 'sidestep settings show', becomes: settings},
  {
    page: 'CLI Argument Reference.md:383',
    line: 'sidestep settings set checkpoint_dir ./checkpoints',
    becomes: settings,
  },
  {page: 'CLI Argument Reference.md:384', line: 'sidestep settings clear checkpoint_dir', becomes: settings},
  {page: 'CLI Argument Reference.md:385', line: 'sidestep settings path', becomes: settings},
  {page: 'CLI Argument Reference.md:386', line: 'sidestep settings defaults', becomes: settings},
  {
    page: 'CLI Argument Reference.md:387',
    line: 'sidestep settings defaults --set lr 1e-4',
    becomes: settings,
  },
  {
    page: 'Dataset Preparation.md:24',
    line: 'sidestep preprocess --audio-dir ./my_audio --output ./my_tensors',
    becomes: encoded,
  },
  {
    page: 'Dataset Preparation.md:48',
    line: 'sidestep preprocess --audio-dir ./my_audio --dataset-json ./my_dataset.json --output ./my_tensors',
    becomes: encoded,
  },
  {
    page: 'End-to-End Tutorial.md:40',
    line: 'sidestep preprocess --audio-dir ./my_audio --dataset-json ./my_audio/my_dataset.json --output ./my_tensors',
    becomes: encoded,
  },
  {
    page: 'End-to-End Tutorial.md:57',
    line: 'sidestep train --dataset-dir ./my_tensors --output-dir ./output/my_lora --epochs 500',
    becomes: trained,
  },
  {page: 'End-to-End Tutorial.md:67', line: 'sidestep', becomes: wizard},
  {page: 'End-to-End Tutorial.md:109', line: 'sidestep export ./output/my_lora/final', becomes: ['export']},
  {
    page: 'End-to-End Tutorial.md:152',
    line: 'sidestep train --dataset-dir ./my_tensors --output-dir ./output/my_lora --resume-from ./output/my_lora/checkpoints/epoch_100 --epochs 1000',
    becomes: trained,
  },
  {
    page: 'End-to-End Tutorial.md:189',
    line: 'sidestep train --dataset-dir ./my_tensors --output-dir ./output/my_lora',
    becomes: trained,
  },
  {page: 'Getting Started.md:48', line: 'sidestep gui', becomes: gui},
  {
    page: 'Loss Weighting and CFG Dropout.md:178',
    line: 'sidestep train --model base --dataset-dir ./my_tensors --output-dir ./output/my_lora',
    becomes: trained,
  },
  {
    page: 'Loss Weighting and CFG Dropout.md:184',
    line: 'sidestep train --model base --dataset-dir ./my_tensors --output-dir ./output/my_lora --loss-weighting min_snr',
    becomes: trained,
  },
  {
    page: 'Loss Weighting and CFG Dropout.md:191',
    line: 'sidestep train --model sft --dataset-dir ./my_tensors --output-dir ./output/my_lora --loss-weighting min_snr --snr-gamma 3.0',
    becomes: trained,
  },
  {
    page: 'Model Management.md:74',
    line: 'sidestep train --checkpoint-dir ./checkpoints --model my-custom-finetune --base-model turbo --dataset-dir ./my_tensors --output-dir ./output/my_lora',
    becomes: trained,
  },
  {
    page: 'Preprocessing++.md:61',
    line: 'sidestep analyze --dataset-dir ./my_dataset_tensors --rank 64 --rank-min 16 --rank-max 128 --timestep-focus balanced',
    becomes: ['model', 'sensitivity'],
  },
  {page: 'RepositoryREADME.md:184', line: 'uv run python train.py', becomes: wizard},
  {page: 'RepositoryREADME.md:235', line: 'python train.py', becomes: wizard},
  {
    page: 'RepositoryREADME.md:248',
    line: 'uv run python train.py fixed --checkpoint-dir ./checkpoints --model-variant turbo --dataset-dir ./my_data --output-dir ./output/my_lora --epochs 100',
    becomes: trained,
  },
  {
    page: 'RepositoryREADME.md:256',
    line: 'uv run python train.py fixed --checkpoint-dir ./checkpoints --model-variant turbo --adapter-type lokr --dataset-dir ./my_data --output-dir ./output/my_lokr --epochs 100',
    becomes: trained,
  },
  {
    page: 'RepositoryREADME.md:269',
    line: 'uv run python train.py fixed --checkpoint-dir ./checkpoints --model-variant turbo --preprocess --audio-dir ./my_audio --tensor-output ./my_tensors',
    becomes: encoded,
  },
  {
    page: 'RepositoryREADME.md:278',
    line: 'uv run python train.py fixed --checkpoint-dir ./checkpoints --preprocess --audio-dir ./my_audio --dataset-json ./my_dataset.json --tensor-output ./my_tensors',
    becomes: encoded,
  },
  {
    page: 'RepositoryREADME.md:289',
    line: 'uv run python train.py fisher --checkpoint-dir ./checkpoints --model-variant turbo --dataset-dir ./my_tensors --target-average-rank 64 --max-rank 256',
    becomes: ['model', 'sensitivity'],
  },
  {
    page: 'RepositoryREADME.md:300',
    line: 'uv run train.py convert --adapter-dir ./output/my_lora/final',
    becomes: ['export'],
  },
  {
    page: 'Training Guide.md:98',
    line: 'sidestep train --adapter dora --dataset-dir ./my_tensors --output-dir ./output/my_dora --epochs 500',
    becomes: trained,
  },
  {
    page: 'Training Guide.md:105',
    line: 'sidestep train --adapter lokr --dataset-dir ./my_tensors --output-dir ./output/my_lokr --epochs 500',
    becomes: trained,
  },
  {
    page: 'Training Guide.md:112',
    line: 'sidestep train --model my-custom-finetune --base-model base --dataset-dir ./my_tensors --output-dir ./output/finetune_lora',
    becomes: trained,
  },
  {
    page: 'Training Guide.md:247',
    line: 'sidestep train --dataset-dir ./my_tensors --output-dir ./output/my_lora --resume-from ./output/my_lora/checkpoint-epoch-50',
    becomes: trained,
  },
  {
    page: 'Training Guide.md:262',
    line: 'sidestep analyze --dataset-dir ./my_preprocessed_dataset --rank 64 --rank-min 16 --rank-max 128',
    becomes: ['model', 'sensitivity'],
  },
  {page: 'Training Guide.md:269', line: 'sidestep train', becomes: [...encoded, ...trained.slice(1)]},
  {
    page: 'Using Your Adapter.md:102',
    line: 'sidestep export ./output/my_lora/final --output ./comfyui_lora.safetensors',
    becomes: ['export'],
  },
  {
    page: 'Using Your Adapter.md:164',
    line: 'sidestep train --dataset-dir ./my_tensors --output-dir ./output/my_lora --resume-from ./output/my_lora/checkpoints/epoch_50 --epochs 1000',
    becomes: trained,
  },
];
