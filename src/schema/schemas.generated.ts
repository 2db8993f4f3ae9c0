/** Generated from schema/ by `npm run generate`; not to be edited. */
import type {Schema} from './schema.js';

/** Every schema by name, references resolved: defaults, allowed values and descriptions for what explains them. */
export const schemas: Readonly<Record<string, Schema>> = {
 "pipeline": {
  "title": "PipelineDocument",
  "description": "A sidestep pipeline: the stages that lead from songs to an adapter.",
  "type": "object",
  "additionalProperties": false,
  "required": [
   "sidestep",
   "stages"
  ],
  "properties": {
   "sidestep": {
    "description": "Version of the file format.",
    "const": 1
   },
   "name": {
    "description": "Name of the pipeline, used for exported files. Unset: the file's name.",
    "type": "string",
    "x-form": "a name of at most 100 letters, digits, dots, _ and -, which starts with a letter or digit",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
   },
   "description": {
    "description": "What this experiment is about.",
    "type": "string",
    "default": ""
   },
   "vars": {
    "description": "Your own values, used as `${vars.NAME}`. A reference that is the whole value keeps its type.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "additionalProperties": {
     "description": "A value: text, number, boolean, list or mapping.",
     "type": [
      "string",
      "number",
      "boolean",
      "array",
      "object",
      "null"
     ]
    }
   },
   "env": {
    "description": "Environment variables that this file may use as `${env.NAME}`. Their values are recorded with every run; of passwords and tokens see `secrets`.",
    "type": "array",
    "default": [],
    "uniqueItems": true,
    "items": {
     "type": "string",
     "x-form": "a name of letters, digits and _, which starts with no digit",
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    }
   },
   "secrets": {
    "description": "Environment variables that hold passwords or tokens. The `environment` of a `command` stage may use them as `${secrets.NAME}`, and nothing else may. Only their names are recorded and decide whether a stage runs again; their values are in no record, and shown as `***` where a program prints them.",
    "type": "array",
    "default": [],
    "uniqueItems": true,
    "examples": [
     [
      "HF_TOKEN"
     ]
    ],
    "items": {
     "type": "string",
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    }
   },
   "include": {
    "description": "Other pipeline files whose stages, variables, defaults, executors and profiles are weaker than this file's: what it says itself of a stage of the same name wins, key by key. The path of each starts from the folder of the file that includes it; all other paths start from the folder of the pipeline that is run.",
    "type": "array",
    "default": [],
    "examples": [
     [
      "./prepare.yaml"
     ],
     [
      {
       "file": "./prepare.yaml",
       "as": "jazz",
       "with": {
        "songs": "./jazz"
       }
      }
     ]
    ],
    "items": {
     "title": "IncludeDocument",
     "description": "Path of a file, or a file with a name and values of its own.",
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "additionalProperties": false,
     "required": [
      "file"
     ],
     "properties": {
      "file": {
       "description": "Path of the file.",
       "type": "string",
       "minLength": 1
      },
      "as": {
       "description": "Its stages and variables are called `AS-NAME` then, so that a file can be included several times. Unset: as they are.",
       "type": "string",
       "x-form": "a name of letters, digits, _ and -, which starts with no digit",
       "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
      },
      "with": {
       "description": "Values of its variables.",
       "type": "object",
       "default": {},
       "additionalProperties": {
        "description": "A value.",
        "type": [
         "string",
         "number",
         "boolean",
         "array",
         "object",
         "null"
        ]
       }
      }
     }
    }
   },
   "profiles": {
    "description": "What is different on single machines, by name: laid over the file, weaker than `--set`. Chosen by `--profile NAME` (or the variable SIDESTEP_PROFILE), by `profile` in the settings, or by the name of the machine; else none is. Where one changes results, sidestep says so.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "additionalProperties": {
     "title": "ProfileDocument",
     "description": "A machine, or a kind of machine.",
     "type": "object",
     "additionalProperties": false,
     "properties": {
      "description": {
       "description": "What it is for.",
       "type": "string",
       "default": ""
      },
      "hosts": {
       "description": "Names of machines that it is chosen on; `*` stands for any characters.",
       "type": "array",
       "default": [],
       "items": {
        "type": "string",
        "minLength": 1
       },
       "examples": [
        [
         "gpu*",
         "studio"
        ]
       ]
      },
      "vars": {
       "description": "Values of variables there: folders, the models' folder.",
       "type": "object",
       "default": {},
       "additionalProperties": {
        "description": "A value.",
        "type": [
         "string",
         "number",
         "boolean",
         "array",
         "object",
         "null"
        ]
       }
      },
      "defaults": {
       "title": "PipelineDefaults",
       "description": "Values for every stage that has such a setting and says nothing else.",
       "type": "object",
       "additionalProperties": false,
       "default": {},
       "properties": {
        "device": {
         "description": "Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.",
         "type": "string",
         "x-form": "auto, cpu, cuda or cuda:N",
         "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$",
         "default": "auto",
         "examples": [
          "auto",
          "cpu",
          "cuda",
          "cuda:1"
         ]
        },
        "precision": {
         "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
         "enum": [
          "auto",
          "f32",
          "bf16",
          "f16"
         ],
         "default": "auto"
        },
        "seed": {
         "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
         "type": "integer",
         "minimum": 0,
         "maximum": 9007199254740991,
         "default": 42
        },
        "threads": {
         "description": "CPU threads a stage may use. They never change a result. Unset: all cores.",
         "type": "integer",
         "minimum": 1,
         "maximum": 4096
        },
        "on_error": {
         "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
         "enum": [
          "fail",
          "skip"
         ],
         "default": "fail"
        },
        "retries": {
         "description": "How often a failed stage is tried again.",
         "type": "integer",
         "minimum": 0,
         "maximum": 100,
         "default": 0
        }
       }
      },
      "stages": {
       "description": "What of single stages is different there, as it is in the file: `{train: {resources: {executor: cluster}}}`.",
       "type": "object",
       "default": {},
       "additionalProperties": {
        "description": "Keys of a stage.",
        "type": "object"
       }
      }
     }
    }
   },
   "defaults": {
    "title": "PipelineDefaults",
    "description": "Values for every stage that has such a setting and says nothing else.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "device": {
      "description": "Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.",
      "type": "string",
      "x-form": "auto, cpu, cuda or cuda:N",
      "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$",
      "default": "auto",
      "examples": [
       "auto",
       "cpu",
       "cuda",
       "cuda:1"
      ]
     },
     "precision": {
      "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
      "enum": [
       "auto",
       "f32",
       "bf16",
       "f16"
      ],
      "default": "auto"
     },
     "seed": {
      "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991,
      "default": 42
     },
     "threads": {
      "description": "CPU threads a stage may use. They never change a result. Unset: all cores.",
      "type": "integer",
      "minimum": 1,
      "maximum": 4096
     },
     "on_error": {
      "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
      "enum": [
       "fail",
       "skip"
      ],
      "default": "fail"
     },
     "retries": {
      "description": "How often a failed stage is tried again.",
      "type": "integer",
      "minimum": 0,
      "maximum": 100,
      "default": 0
     }
    }
   },
   "executors": {
    "description": "Where else than on this machine stages may run, by name; a stage chooses one with `resources: {executor: NAME}`. A pipeline's executor replaces the settings' one of the same name. Nothing here decides a result.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "additionalProperties": {
     "title": "ExecutorDocument",
     "description": "`slurm`: each stage is a job of a cluster. `command`: a program such as srun, ssh or docker starts each stage.",
     "type": "object",
     "required": [
      "type"
     ],
     "discriminator": {
      "propertyName": "type"
     },
     "oneOf": [
      {
       "title": "SlurmExecutor",
       "description": "Each stage is a batch job (`sbatch`); it outlives the runner, and the next run follows it.",
       "type": "object",
       "additionalProperties": false,
       "required": [
        "type"
       ],
       "properties": {
        "type": {
         "description": "Jobs of Slurm.",
         "const": "slurm"
        },
        "partition": {
         "description": "Slurm's `--partition`. Unset: the cluster's own.",
         "type": "string",
         "minLength": 1
        },
        "account": {
         "description": "Slurm's `--account`. Unset: yours.",
         "type": "string",
         "minLength": 1
        },
        "qos": {
         "description": "Slurm's `--qos`. Unset: the cluster's own.",
         "type": "string",
         "minLength": 1
        },
        "gpus": {
         "description": "Cards for a stage's job. Unset: what the executor says, else none.",
         "type": "integer",
         "minimum": 0,
         "maximum": 64
        },
        "cpus": {
         "description": "CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.",
         "type": "integer",
         "minimum": 1,
         "maximum": 4096
        },
        "memory": {
         "description": "Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "auto, or a number with M, G or T",
         "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$",
         "examples": [
          "auto",
          "32G"
         ]
        },
        "time": {
         "description": "How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "a number with m, h or d",
         "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$",
         "examples": [
          "12h"
         ]
        },
        "extra": {
         "description": "Further arguments of sbatch, one list element each.",
         "type": "array",
         "default": [],
         "items": {
          "description": "An argument.",
          "type": "string",
          "minLength": 1
         },
         "examples": [
          [
           "--constraint=a100"
          ]
         ]
        },
        "setup": {
         "description": "Lines of shell that a job runs first.",
         "type": "array",
         "default": [],
         "items": {
          "description": "A line.",
          "type": "string"
         },
         "examples": [
          [
           "module load cuda"
          ]
         ]
        },
        "device": {
         "description": "What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.",
         "enum": [
          "auto",
          "cpu",
          "cuda"
         ],
         "default": "auto"
        },
        "jobs": {
         "description": "How many of its stages may run or wait in its queue at once.",
         "type": "integer",
         "minimum": 1,
         "maximum": 10000,
         "default": 100
        },
        "poll": {
         "description": "Seconds between two questions to Slurm (one `squeue` for all jobs).",
         "type": "number",
         "minimum": 0.2,
         "maximum": 600,
         "default": 10
        },
        "start_timeout": {
         "description": "Seconds until a worker says that it is there, without the time in a queue.",
         "type": "number",
         "minimum": 1,
         "maximum": 86400,
         "default": 300
        },
        "silence": {
         "description": "Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.",
         "type": "number",
         "minimum": 15,
         "maximum": 86400,
         "default": 60
        }
       }
      },
      {
       "title": "CommandExecutor",
       "description": "A program starts each stage somewhere and passes its standard input and output through.",
       "type": "object",
       "additionalProperties": false,
       "required": [
        "type",
        "command"
       ],
       "properties": {
        "type": {
         "description": "A program of yours.",
         "const": "command"
        },
        "command": {
         "description": "The program and its arguments. The element `{worker}` becomes the worker's command line; `{worker_line}` within an element becomes one text that a shell reads as it, which is what ssh wants.",
         "type": "array",
         "minItems": 1,
         "items": {
          "description": "An argument.",
          "type": "string",
          "minLength": 1
         },
         "examples": [
          [
           "ssh",
           "gpu1",
           "exec {worker_line}"
          ],
          [
           "srun",
           "--ntasks=1",
           "--gpus=1",
           "{worker}"
          ]
         ]
        },
        "device": {
         "description": "What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.",
         "enum": [
          "auto",
          "cpu",
          "cuda"
         ],
         "default": "auto"
        },
        "jobs": {
         "description": "How many of its stages may run or wait in its queue at once.",
         "type": "integer",
         "minimum": 1,
         "maximum": 10000,
         "default": 100
        },
        "start_timeout": {
         "description": "Seconds until a worker says that it is there, without the time in a queue.",
         "type": "number",
         "minimum": 1,
         "maximum": 86400,
         "default": 300
        },
        "silence": {
         "description": "Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.",
         "type": "number",
         "minimum": 15,
         "maximum": 86400,
         "default": 60
        }
       }
      }
     ]
    }
   },
   "stages": {
    "description": "The stages, by name. `${stages.NAME}` in a parameter uses a stage's result and makes it a dependency.",
    "type": "object",
    "minProperties": 1,
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "additionalProperties": {
     "title": "StageDocument",
     "description": "One stage: what it does, with which parameters, and when.",
     "type": "object",
     "additionalProperties": false,
     "required": [
      "uses"
     ],
     "properties": {
      "uses": {
       "description": "The stage type: `scan` finds a model, `dataset` finds the songs, `join` makes one dataset of several, `caption` has a model write what songs lack, `analyze` measures songs, `preprocess.pass1` encodes sound, `preprocess.pass2` encodes text and makes samples, `pack` writes samples as Side-Step reads them, `estimate` measures modules, `train` trains an adapter, `generate` makes music with a model and an adapter, `export` writes adapters for other programs, `fixture` makes a tiny model and songs for tests, `command` runs a program of yours.",
       "enum": [
        "scan",
        "dataset",
        "join",
        "caption",
        "analyze",
        "preprocess.pass1",
        "preprocess.pass2",
        "pack",
        "estimate",
        "train",
        "generate",
        "export",
        "fixture",
        "command"
       ]
      },
      "description": {
       "description": "What this stage is for.",
       "type": "string",
       "default": ""
      },
      "preset": {
       "description": "Named parameters, weaker than those in `with`: one name, or several of which later ones win. Unset: none.",
       "anyOf": [
        {
         "description": "Name of a preset.",
         "type": "string",
         "minLength": 1
        },
        {
         "description": "Names of presets.",
         "type": "array",
         "items": {
          "type": "string",
          "minLength": 1
         }
        }
       ]
      },
      "with": {
       "description": "Parameters of the stage type.",
       "type": "object",
       "default": {}
      },
      "needs": {
       "description": "Stages that must be done first although nothing of theirs is used here.",
       "type": "array",
       "default": [],
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "when": {
       "description": "Run the stage only if this holds: true, false, or a condition such as `${vars.model} == turbo`, with == != ! && || and parentheses.",
       "type": [
        "boolean",
        "string"
       ],
       "default": true
      },
      "matrix": {
       "title": "MatrixDocument",
       "description": "Runs the stage once for every combination of these values, used as `${matrix.NAME}`. Stages that use its result are repeated with it. Unset: once.",
       "type": "object",
       "minProperties": 1,
       "propertyNames": {
        "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
       },
       "properties": {
        "include": {
         "description": "Further combinations, each a mapping of all names to values.",
         "type": "array",
         "default": [],
         "items": {
          "description": "One combination.",
          "type": "object",
          "minProperties": 1
         }
        },
        "exclude": {
         "description": "Combinations to leave out; each mapping leaves out all that agree with it.",
         "type": "array",
         "default": [],
         "items": {
          "description": "What to leave out.",
          "type": "object",
          "minProperties": 1
         }
        }
       },
       "additionalProperties": {
        "description": "The values this name takes.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": [
          "string",
          "number",
          "boolean"
         ]
        }
       }
      },
      "resources": {
       "title": "ResourcesDocument",
       "description": "What the stage may use.",
       "type": "object",
       "additionalProperties": false,
       "default": {},
       "properties": {
        "device": {
         "description": "Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.",
         "type": "string",
         "x-form": "auto, cpu, cuda or cuda:N",
         "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$",
         "default": "auto",
         "examples": [
          "auto",
          "cpu",
          "cuda",
          "cuda:1"
         ]
        },
        "threads": {
         "description": "CPU threads a stage may use. They never change a result. Unset: all cores.",
         "type": "integer",
         "minimum": 1,
         "maximum": 4096
        },
        "ranks": {
         "description": "Processes that share a training: the micro-batches of an update (`gradient_accumulation_steps`) go round them, and every number of ranks gives the same bytes. On a CPU they share its cores; on cards each has one of its own. More than an update has micro-batches are not started. Unset: one, or one for each card of the stage's job.",
         "type": "integer",
         "minimum": 1,
         "maximum": 64,
         "examples": [
          2
         ]
        },
        "shards": {
         "description": "Of a stage over songs or prompts: processes that share them, each with a model of its own. They get a card each where the stage computes on cards, are tasks of one job array on a cluster, and each asks for the stage's `gpus`, `cpus`, `memory` and `time`. Every number gives the same bytes. More than there are samples, or on this machine cards, are not started. Unset: one.",
         "type": "integer",
         "minimum": 1,
         "maximum": 256,
         "examples": [
          4
         ]
        },
        "executor": {
         "description": "Name of the executor the stage runs on. Unset: this machine. It decides no result: only that it computes on a card or on a CPU does.",
         "type": "string",
         "minLength": 1
        },
        "gpus": {
         "description": "Cards for a stage's job. Unset: what the executor says, else none.",
         "type": "integer",
         "minimum": 0,
         "maximum": 64
        },
        "cpus": {
         "description": "CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.",
         "type": "integer",
         "minimum": 1,
         "maximum": 4096
        },
        "memory": {
         "description": "Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "auto, or a number with M, G or T",
         "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$",
         "examples": [
          "auto",
          "32G"
         ]
        },
        "time": {
         "description": "How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "a number with m, h or d",
         "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$",
         "examples": [
          "12h"
         ]
        }
       }
      },
      "retries": {
       "description": "How often a failed stage is tried again.",
       "type": "integer",
       "minimum": 0,
       "maximum": 100,
       "default": 0
      },
      "timeout": {
       "description": "How long one attempt may take: seconds, or a text such as `90s`, `30m`, `12h`, `2d`. Unset: as long as it likes.",
       "type": [
        "number",
        "string"
       ],
       "exclusiveMinimum": 0,
       "x-form": "a number of seconds, or a number with s, m, h or d",
       "pattern": "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$",
       "examples": [
        "30m",
        "12h"
       ]
      },
      "cache": {
       "description": "false runs the stage every time.",
       "type": "boolean",
       "default": true
      },
      "protect": {
       "description": "Its published files are never replaced or removed: another result stays in the cache, with a warning, until `sidestep run --overwrite STAGE` publishes it. It decides no result.",
       "type": "boolean",
       "default": false
      },
      "temporary": {
       "description": "Its files and folders, or those of the outputs named here, are removed from the cache after a run in which everything that reads them is done. The stage then counts as done; it is made again when something that reads it has to run. JSON outputs, what nothing reads and what is published stay. It decides no result.",
       "type": [
        "boolean",
        "array"
       ],
       "default": false,
       "minItems": 1,
       "items": {
        "description": "An output's name.",
        "type": "string",
        "minLength": 1
       },
       "examples": [
        true,
        [
         "frames"
        ]
       ]
      },
      "checks": {
       "description": "What its outputs must be, by the output's name, or NAME/PATH for what is within a folder; `{}` asks only that it is there. What is not so fails the stage, and nothing of it is kept. Checks decide no result: what the cache holds was checked when it was made.",
       "type": "object",
       "default": {},
       "examples": [
        {
         "adapter/adapter_model.safetensors": {
          "tensors": {
           "finite": true
          }
         }
        }
       ],
       "additionalProperties": {
        "title": "OutputCheckDocument",
        "description": "What one output must be.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
         "min_bytes": {
          "description": "Least size in bytes; of a folder, of all its files together. Unset: any.",
          "type": "integer",
          "minimum": 0
         },
         "max_bytes": {
          "description": "Largest size in bytes. Unset: any.",
          "type": "integer",
          "minimum": 0
         },
         "json_schema": {
          "description": "JSON Schema (draft 7) that the JSON in it must satisfy: the schema, or the path of a file that holds it. Unset: it need not be JSON.",
          "type": [
           "object",
           "string"
          ],
          "minLength": 1
         },
         "tensors": {
          "title": "TensorCheckDocument",
          "description": "What the tensors of a safetensors file must be. Unset: it need not be one.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
           "names": {
            "description": "Tensors that must be there; `*` stands for any characters. Unset: any.",
            "type": "array",
            "items": {
             "type": "string",
             "minLength": 1
            }
           },
           "shapes": {
            "description": "Shapes by name, where `*` stands for any characters; -1 is any length. Unset: any.",
            "type": "object",
            "additionalProperties": {
             "description": "A shape.",
             "type": "array",
             "items": {
              "type": "integer",
              "minimum": -1
             }
            }
           },
           "finite": {
            "description": "Whether every value must be finite.",
            "type": "boolean",
            "default": false
           }
          }
         }
        }
       }
      }
     }
    }
   }
  }
 },
 "stage": {
  "title": "StageDocument",
  "description": "One stage: what it does, with which parameters, and when.",
  "type": "object",
  "additionalProperties": false,
  "required": [
   "uses"
  ],
  "properties": {
   "uses": {
    "description": "The stage type: `scan` finds a model, `dataset` finds the songs, `join` makes one dataset of several, `caption` has a model write what songs lack, `analyze` measures songs, `preprocess.pass1` encodes sound, `preprocess.pass2` encodes text and makes samples, `pack` writes samples as Side-Step reads them, `estimate` measures modules, `train` trains an adapter, `generate` makes music with a model and an adapter, `export` writes adapters for other programs, `fixture` makes a tiny model and songs for tests, `command` runs a program of yours.",
    "enum": [
     "scan",
     "dataset",
     "join",
     "caption",
     "analyze",
     "preprocess.pass1",
     "preprocess.pass2",
     "pack",
     "estimate",
     "train",
     "generate",
     "export",
     "fixture",
     "command"
    ]
   },
   "description": {
    "description": "What this stage is for.",
    "type": "string",
    "default": ""
   },
   "preset": {
    "description": "Named parameters, weaker than those in `with`: one name, or several of which later ones win. Unset: none.",
    "anyOf": [
     {
      "description": "Name of a preset.",
      "type": "string",
      "minLength": 1
     },
     {
      "description": "Names of presets.",
      "type": "array",
      "items": {
       "type": "string",
       "minLength": 1
      }
     }
    ]
   },
   "with": {
    "description": "Parameters of the stage type.",
    "type": "object",
    "default": {}
   },
   "needs": {
    "description": "Stages that must be done first although nothing of theirs is used here.",
    "type": "array",
    "default": [],
    "uniqueItems": true,
    "items": {
     "type": "string",
     "minLength": 1
    }
   },
   "when": {
    "description": "Run the stage only if this holds: true, false, or a condition such as `${vars.model} == turbo`, with == != ! && || and parentheses.",
    "type": [
     "boolean",
     "string"
    ],
    "default": true
   },
   "matrix": {
    "title": "MatrixDocument",
    "description": "Runs the stage once for every combination of these values, used as `${matrix.NAME}`. Stages that use its result are repeated with it. Unset: once.",
    "type": "object",
    "minProperties": 1,
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "properties": {
     "include": {
      "description": "Further combinations, each a mapping of all names to values.",
      "type": "array",
      "default": [],
      "items": {
       "description": "One combination.",
       "type": "object",
       "minProperties": 1
      }
     },
     "exclude": {
      "description": "Combinations to leave out; each mapping leaves out all that agree with it.",
      "type": "array",
      "default": [],
      "items": {
       "description": "What to leave out.",
       "type": "object",
       "minProperties": 1
      }
     }
    },
    "additionalProperties": {
     "description": "The values this name takes.",
     "type": "array",
     "minItems": 1,
     "uniqueItems": true,
     "items": {
      "type": [
       "string",
       "number",
       "boolean"
      ]
     }
    }
   },
   "resources": {
    "title": "ResourcesDocument",
    "description": "What the stage may use.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "device": {
      "description": "Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.",
      "type": "string",
      "x-form": "auto, cpu, cuda or cuda:N",
      "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$",
      "default": "auto",
      "examples": [
       "auto",
       "cpu",
       "cuda",
       "cuda:1"
      ]
     },
     "threads": {
      "description": "CPU threads a stage may use. They never change a result. Unset: all cores.",
      "type": "integer",
      "minimum": 1,
      "maximum": 4096
     },
     "ranks": {
      "description": "Processes that share a training: the micro-batches of an update (`gradient_accumulation_steps`) go round them, and every number of ranks gives the same bytes. On a CPU they share its cores; on cards each has one of its own. More than an update has micro-batches are not started. Unset: one, or one for each card of the stage's job.",
      "type": "integer",
      "minimum": 1,
      "maximum": 64,
      "examples": [
       2
      ]
     },
     "shards": {
      "description": "Of a stage over songs or prompts: processes that share them, each with a model of its own. They get a card each where the stage computes on cards, are tasks of one job array on a cluster, and each asks for the stage's `gpus`, `cpus`, `memory` and `time`. Every number gives the same bytes. More than there are samples, or on this machine cards, are not started. Unset: one.",
      "type": "integer",
      "minimum": 1,
      "maximum": 256,
      "examples": [
       4
      ]
     },
     "executor": {
      "description": "Name of the executor the stage runs on. Unset: this machine. It decides no result: only that it computes on a card or on a CPU does.",
      "type": "string",
      "minLength": 1
     },
     "gpus": {
      "description": "Cards for a stage's job. Unset: what the executor says, else none.",
      "type": "integer",
      "minimum": 0,
      "maximum": 64
     },
     "cpus": {
      "description": "CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.",
      "type": "integer",
      "minimum": 1,
      "maximum": 4096
     },
     "memory": {
      "description": "Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.",
      "type": "string",
      "x-form": "auto, or a number with M, G or T",
      "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$",
      "examples": [
       "auto",
       "32G"
      ]
     },
     "time": {
      "description": "How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.",
      "type": "string",
      "x-form": "a number with m, h or d",
      "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$",
      "examples": [
       "12h"
      ]
     }
    }
   },
   "retries": {
    "description": "How often a failed stage is tried again.",
    "type": "integer",
    "minimum": 0,
    "maximum": 100,
    "default": 0
   },
   "timeout": {
    "description": "How long one attempt may take: seconds, or a text such as `90s`, `30m`, `12h`, `2d`. Unset: as long as it likes.",
    "type": [
     "number",
     "string"
    ],
    "exclusiveMinimum": 0,
    "x-form": "a number of seconds, or a number with s, m, h or d",
    "pattern": "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$",
    "examples": [
     "30m",
     "12h"
    ]
   },
   "cache": {
    "description": "false runs the stage every time.",
    "type": "boolean",
    "default": true
   },
   "protect": {
    "description": "Its published files are never replaced or removed: another result stays in the cache, with a warning, until `sidestep run --overwrite STAGE` publishes it. It decides no result.",
    "type": "boolean",
    "default": false
   },
   "temporary": {
    "description": "Its files and folders, or those of the outputs named here, are removed from the cache after a run in which everything that reads them is done. The stage then counts as done; it is made again when something that reads it has to run. JSON outputs, what nothing reads and what is published stay. It decides no result.",
    "type": [
     "boolean",
     "array"
    ],
    "default": false,
    "minItems": 1,
    "items": {
     "description": "An output's name.",
     "type": "string",
     "minLength": 1
    },
    "examples": [
     true,
     [
      "frames"
     ]
    ]
   },
   "checks": {
    "description": "What its outputs must be, by the output's name, or NAME/PATH for what is within a folder; `{}` asks only that it is there. What is not so fails the stage, and nothing of it is kept. Checks decide no result: what the cache holds was checked when it was made.",
    "type": "object",
    "default": {},
    "examples": [
     {
      "adapter/adapter_model.safetensors": {
       "tensors": {
        "finite": true
       }
      }
     }
    ],
    "additionalProperties": {
     "title": "OutputCheckDocument",
     "description": "What one output must be.",
     "type": "object",
     "additionalProperties": false,
     "properties": {
      "min_bytes": {
       "description": "Least size in bytes; of a folder, of all its files together. Unset: any.",
       "type": "integer",
       "minimum": 0
      },
      "max_bytes": {
       "description": "Largest size in bytes. Unset: any.",
       "type": "integer",
       "minimum": 0
      },
      "json_schema": {
       "description": "JSON Schema (draft 7) that the JSON in it must satisfy: the schema, or the path of a file that holds it. Unset: it need not be JSON.",
       "type": [
        "object",
        "string"
       ],
       "minLength": 1
      },
      "tensors": {
       "title": "TensorCheckDocument",
       "description": "What the tensors of a safetensors file must be. Unset: it need not be one.",
       "type": "object",
       "additionalProperties": false,
       "properties": {
        "names": {
         "description": "Tensors that must be there; `*` stands for any characters. Unset: any.",
         "type": "array",
         "items": {
          "type": "string",
          "minLength": 1
         }
        },
        "shapes": {
         "description": "Shapes by name, where `*` stands for any characters; -1 is any length. Unset: any.",
         "type": "object",
         "additionalProperties": {
          "description": "A shape.",
          "type": "array",
          "items": {
           "type": "integer",
           "minimum": -1
          }
         }
        },
        "finite": {
         "description": "Whether every value must be finite.",
         "type": "boolean",
         "default": false
        }
       }
      }
     }
    }
   }
  }
 },
 "preset": {
  "title": "PresetDocument",
  "description": "Named parameters for one stage type; the file's name is the preset's name.",
  "type": "object",
  "additionalProperties": false,
  "required": [
   "sidestep",
   "uses",
   "with"
  ],
  "properties": {
   "sidestep": {
    "description": "Version of the file format.",
    "const": 1
   },
   "description": {
    "description": "When to use this preset, in one sentence.",
    "type": "string",
    "default": ""
   },
   "uses": {
    "description": "The stage type whose parameters these are.",
    "enum": [
     "scan",
     "dataset",
     "join",
     "caption",
     "analyze",
     "preprocess.pass1",
     "preprocess.pass2",
     "pack",
     "estimate",
     "train",
     "generate",
     "export",
     "fixture",
     "command"
    ]
   },
   "with": {
    "description": "The parameters. Those a preset leaves out keep their defaults.",
    "type": "object",
    "default": {}
   }
  }
 },
 "settings": {
  "title": "SettingsDocument",
  "description": "A user's own settings, for all pipelines on this machine.",
  "type": "object",
  "additionalProperties": false,
  "required": [],
  "properties": {
   "sidestep": {
    "description": "Version of the file format.",
    "const": 1
   },
   "checkpoint_dir": {
    "description": "Folder of the downloaded models; `sidestep init` and `sidestep models` start from it. Unset: they ask.",
    "type": "string",
    "minLength": 1,
    "x-path": "folder"
   },
   "profile": {
    "description": "Profile that pipelines take on this machine, where they have it. Unset: the machine's name decides.",
    "type": "string",
    "minLength": 1
   },
   "defaults": {
    "title": "PipelineDefaults",
    "description": "Values for every stage that has such a setting and says nothing else.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "device": {
      "description": "Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.",
      "type": "string",
      "x-form": "auto, cpu, cuda or cuda:N",
      "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$",
      "default": "auto",
      "examples": [
       "auto",
       "cpu",
       "cuda",
       "cuda:1"
      ]
     },
     "precision": {
      "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
      "enum": [
       "auto",
       "f32",
       "bf16",
       "f16"
      ],
      "default": "auto"
     },
     "seed": {
      "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991,
      "default": 42
     },
     "threads": {
      "description": "CPU threads a stage may use. They never change a result. Unset: all cores.",
      "type": "integer",
      "minimum": 1,
      "maximum": 4096
     },
     "on_error": {
      "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
      "enum": [
       "fail",
       "skip"
      ],
      "default": "fail"
     },
     "retries": {
      "description": "How often a failed stage is tried again.",
      "type": "integer",
      "minimum": 0,
      "maximum": 100,
      "default": 0
     }
    }
   },
   "stages": {
    "description": "Parameters by stage type, weaker than those of presets and pipelines.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "scan": {
      "description": "Parameters of every `scan` stage.",
      "type": "object",
      "default": {}
     },
     "dataset": {
      "description": "Parameters of every `dataset` stage.",
      "type": "object",
      "default": {}
     },
     "join": {
      "description": "Parameters of every `join` stage.",
      "type": "object",
      "default": {}
     },
     "caption": {
      "description": "Parameters of every `caption` stage.",
      "type": "object",
      "default": {}
     },
     "analyze": {
      "description": "Parameters of every `analyze` stage.",
      "type": "object",
      "default": {}
     },
     "preprocess.pass1": {
      "description": "Parameters of every `preprocess.pass1` stage.",
      "type": "object",
      "default": {}
     },
     "preprocess.pass2": {
      "description": "Parameters of every `preprocess.pass2` stage.",
      "type": "object",
      "default": {}
     },
     "pack": {
      "description": "Parameters of every `pack` stage.",
      "type": "object",
      "default": {}
     },
     "estimate": {
      "description": "Parameters of every `estimate` stage.",
      "type": "object",
      "default": {}
     },
     "train": {
      "description": "Parameters of every `train` stage.",
      "type": "object",
      "default": {}
     },
     "generate": {
      "description": "Parameters of every `generate` stage.",
      "type": "object",
      "default": {}
     },
     "export": {
      "description": "Parameters of every `export` stage.",
      "type": "object",
      "default": {}
     }
    }
   },
   "executors": {
    "description": "Where else than on this machine stages may run, by name; a stage chooses one with `resources: {executor: NAME}`. A pipeline's executor replaces the settings' one of the same name. Nothing here decides a result.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
    },
    "additionalProperties": {
     "title": "ExecutorDocument",
     "description": "`slurm`: each stage is a job of a cluster. `command`: a program such as srun, ssh or docker starts each stage.",
     "type": "object",
     "required": [
      "type"
     ],
     "discriminator": {
      "propertyName": "type"
     },
     "oneOf": [
      {
       "title": "SlurmExecutor",
       "description": "Each stage is a batch job (`sbatch`); it outlives the runner, and the next run follows it.",
       "type": "object",
       "additionalProperties": false,
       "required": [
        "type"
       ],
       "properties": {
        "type": {
         "description": "Jobs of Slurm.",
         "const": "slurm"
        },
        "partition": {
         "description": "Slurm's `--partition`. Unset: the cluster's own.",
         "type": "string",
         "minLength": 1
        },
        "account": {
         "description": "Slurm's `--account`. Unset: yours.",
         "type": "string",
         "minLength": 1
        },
        "qos": {
         "description": "Slurm's `--qos`. Unset: the cluster's own.",
         "type": "string",
         "minLength": 1
        },
        "gpus": {
         "description": "Cards for a stage's job. Unset: what the executor says, else none.",
         "type": "integer",
         "minimum": 0,
         "maximum": 64
        },
        "cpus": {
         "description": "CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.",
         "type": "integer",
         "minimum": 1,
         "maximum": 4096
        },
        "memory": {
         "description": "Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "auto, or a number with M, G or T",
         "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$",
         "examples": [
          "auto",
          "32G"
         ]
        },
        "time": {
         "description": "How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.",
         "type": "string",
         "x-form": "a number with m, h or d",
         "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$",
         "examples": [
          "12h"
         ]
        },
        "extra": {
         "description": "Further arguments of sbatch, one list element each.",
         "type": "array",
         "default": [],
         "items": {
          "description": "An argument.",
          "type": "string",
          "minLength": 1
         },
         "examples": [
          [
           "--constraint=a100"
          ]
         ]
        },
        "setup": {
         "description": "Lines of shell that a job runs first.",
         "type": "array",
         "default": [],
         "items": {
          "description": "A line.",
          "type": "string"
         },
         "examples": [
          [
           "module load cuda"
          ]
         ]
        },
        "device": {
         "description": "What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.",
         "enum": [
          "auto",
          "cpu",
          "cuda"
         ],
         "default": "auto"
        },
        "jobs": {
         "description": "How many of its stages may run or wait in its queue at once.",
         "type": "integer",
         "minimum": 1,
         "maximum": 10000,
         "default": 100
        },
        "poll": {
         "description": "Seconds between two questions to Slurm (one `squeue` for all jobs).",
         "type": "number",
         "minimum": 0.2,
         "maximum": 600,
         "default": 10
        },
        "start_timeout": {
         "description": "Seconds until a worker says that it is there, without the time in a queue.",
         "type": "number",
         "minimum": 1,
         "maximum": 86400,
         "default": 300
        },
        "silence": {
         "description": "Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.",
         "type": "number",
         "minimum": 15,
         "maximum": 86400,
         "default": 60
        }
       }
      },
      {
       "title": "CommandExecutor",
       "description": "A program starts each stage somewhere and passes its standard input and output through.",
       "type": "object",
       "additionalProperties": false,
       "required": [
        "type",
        "command"
       ],
       "properties": {
        "type": {
         "description": "A program of yours.",
         "const": "command"
        },
        "command": {
         "description": "The program and its arguments. The element `{worker}` becomes the worker's command line; `{worker_line}` within an element becomes one text that a shell reads as it, which is what ssh wants.",
         "type": "array",
         "minItems": 1,
         "items": {
          "description": "An argument.",
          "type": "string",
          "minLength": 1
         },
         "examples": [
          [
           "ssh",
           "gpu1",
           "exec {worker_line}"
          ],
          [
           "srun",
           "--ntasks=1",
           "--gpus=1",
           "{worker}"
          ]
         ]
        },
        "device": {
         "description": "What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.",
         "enum": [
          "auto",
          "cpu",
          "cuda"
         ],
         "default": "auto"
        },
        "jobs": {
         "description": "How many of its stages may run or wait in its queue at once.",
         "type": "integer",
         "minimum": 1,
         "maximum": 10000,
         "default": 100
        },
        "start_timeout": {
         "description": "Seconds until a worker says that it is there, without the time in a queue.",
         "type": "number",
         "minimum": 1,
         "maximum": 86400,
         "default": 300
        },
        "silence": {
         "description": "Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.",
         "type": "number",
         "minimum": 15,
         "maximum": 86400,
         "default": 60
        }
       }
      }
     ]
    }
   },
   "jobs": {
    "description": "How many stages run at once. Unset: as many as the devices and cores allow.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1024
   },
   "cache": {
    "title": "CacheSettings",
    "description": "Where finished work is kept, and how much of it.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "dir": {
      "description": "Folder of the cache; several projects may share one. Unset: .sidestep/cache beside the pipeline.",
      "type": "string",
      "minLength": 1,
      "x-path": "folder"
     },
     "sharing": {
      "description": "Who writes into the cache: `private` is you alone; `group` lets the members of the folder's group write into what others made. All of them need the setting; while it is set, files that sidestep writes anywhere are writable to your group.",
      "enum": [
       "private",
       "group"
      ],
      "default": "private"
     },
     "from": {
      "description": "Further caches, read and never written: what one of them has is copied from there instead of computed.",
      "type": "array",
      "default": [],
      "examples": [
       [
        "/shared/sidestep-cache"
       ]
      ],
      "items": {
       "description": "Folder of a cache.",
       "type": "string",
       "minLength": 1,
       "x-path": "folder"
      }
     },
     "remote": {
      "title": "RemoteCacheSettings",
      "description": "A cache on a server: what it has is fetched instead of computed, and with `mode: read_write` what is computed here is stored there. A server that fails never fails a run. Unset: no server.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "url"
      ],
      "properties": {
       "url": {
        "description": "A folder of a server that knows GET, HEAD and PUT, such as one with WebDAV (`https://host/path`), or of S3 (`s3://bucket/prefix`).",
        "type": "string",
        "x-form": "an address that begins with https://, http:// or s3://, without a password in it",
        "pattern": "^(https?|s3)://[^\\s@?#/]+[^\\s@?#]*$",
        "examples": [
         "https://cache.example.org/music",
         "s3://bucket/music"
        ]
       },
       "mode": {
        "description": "`read` only takes from it; `read_write` also stores what is computed here.",
        "enum": [
         "read",
         "read_write"
        ],
        "default": "read"
       },
       "token_env": {
        "description": "Name of the environment variable that holds the token, or `USER:PASSWORD`; it is sent to that server and kept nowhere. S3 takes its keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Unset: nothing is sent.",
        "type": "string",
        "x-form": "the name of an environment variable",
        "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
        "examples": [
         "SIDESTEP_CACHE_TOKEN"
        ]
       },
       "namespace": {
        "description": "The part of it that is read and, with `read_write`, written. Everyone who may write into a namespace is believed by those who read it, so branches that are not trusted get one of their own. SIDESTEP_CACHE_NAMESPACE wins over it.",
        "type": "string",
        "x-form": "letters, digits, dots, hyphens and underscores",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        "default": "main",
        "examples": [
         "main"
        ]
       },
       "read_namespaces": {
        "description": "Further parts that are read and never written.",
        "type": "array",
        "default": [],
        "examples": [
         [
          "main"
         ]
        ],
        "items": {
         "description": "A namespace.",
         "type": "string",
         "x-form": "letters, digits, dots, hyphens and underscores",
         "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
        }
       },
       "endpoint": {
        "description": "Of S3 that is not Amazon's: the server's address. Unset: Amazon's.",
        "type": "string",
        "x-form": "an address that begins with https:// or http://",
        "pattern": "^https?://[^\\s@?#/]+[^\\s@?#]*$",
        "examples": [
         "https://s3.example.org"
        ]
       },
       "region": {
        "description": "Of S3: the bucket's region.",
        "type": "string",
        "minLength": 1,
        "default": "us-east-1"
       },
       "timeout": {
        "description": "Seconds without a byte after which a question to the server has failed.",
        "type": "number",
        "minimum": 0.1,
        "maximum": 3600,
        "default": 15
       }
      }
     },
     "max_size_gb": {
      "description": "`sidestep cache gc` keeps the cache below this many gigabytes. 0 sets no bound.",
      "type": "number",
      "minimum": 0,
      "default": 0
     },
     "max_age_days": {
      "description": "`sidestep cache gc` drops what was not used for so many days. 0 sets no bound.",
      "type": "number",
      "minimum": 0,
      "default": 0
     }
    }
   },
   "memory_limit_gib": {
    "description": "Gigabytes (GiB) that a stage may take on its device, whether card or host; plans and runs refuse what needs more. Unset: what the device has.",
    "type": "number",
    "exclusiveMinimum": 0
   },
   "confirm": {
    "description": "Whether `sidestep run` asks before it starts: `ask` on a terminal, `never`.",
    "enum": [
     "ask",
     "never"
    ],
    "default": "never"
   },
   "color": {
    "description": "Coloured output: `auto` on a terminal, `always`, `never`.",
    "enum": [
     "auto",
     "always",
     "never"
    ],
    "default": "auto"
   },
   "terminal_title": {
    "description": "The title of the terminal's window or tab while a run is shown live: `progress` says how far it is and gives the old title back at the end, `unchanged` leaves it alone.",
    "enum": [
     "progress",
     "unchanged"
    ],
    "default": "progress"
   },
   "notify": {
    "title": "NotifySettings",
    "description": "How a terminal calls when a run ends that was long enough to look away. Never done where the output is no terminal.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "how": {
      "description": "`bell` rings it; `osc9` asks it for a notification of the desktop (iTerm2, kitty, WezTerm, ConEmu and others); `none` is silent.",
      "enum": [
       "bell",
       "osc9",
       "none"
      ],
      "default": "bell"
     },
     "after_seconds": {
      "description": "Only of runs that took at least so long.",
      "type": "number",
      "minimum": 0,
      "default": 30
     }
    }
   },
   "on_finish": {
    "description": "Program and arguments to run when a run has ended in which something was to be done, such as `[notify-send, sidestep is done]`. Its environment has SIDESTEP_RUN, SIDESTEP_PIPELINE, SIDESTEP_RUN_DIR, SIDESTEP_OUTCOME (done, failed, interrupted), SIDESTEP_EXIT_CODE and SIDESTEP_SECONDS. A failure of it is a warning. Unset: nothing.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "minItems": 1
   }
  }
 },
 "dataset_json": {
  "title": "DatasetJson",
  "description": "ACE-Step dataset JSON: a list of samples, or an object with `metadata` and `samples`. Further keys of other programs are allowed and ignored.",
  "anyOf": [
   {
    "description": "A list of samples.",
    "type": "array",
    "items": {
     "title": "DatasetJsonSample",
     "description": "One song.",
     "type": "object",
     "additionalProperties": true,
     "anyOf": [
      {
       "required": [
        "audio_path"
       ]
      },
      {
       "required": [
        "filename"
       ]
      }
     ],
     "properties": {
      "audio_path": {
       "description": "The audio file: absolute, or relative to this file or the audio folder. Unset: filename.",
       "type": "string",
       "minLength": 1
      },
      "filename": {
       "description": "The audio file's name. Unset: the last part of audio_path.",
       "type": "string",
       "minLength": 1
      },
      "caption": {
       "description": "What the music is like.",
       "type": [
        "string",
        "null"
       ],
       "default": ""
      },
      "genre": {
       "description": "Genre words, used in place of the caption for a share of the samples.",
       "type": [
        "string",
        "null"
       ],
       "default": ""
      },
      "lyrics": {
       "description": "The words that are sung. Unset: [Instrumental].",
       "type": [
        "string",
        "null"
       ]
      },
      "is_instrumental": {
       "description": "No one sings.",
       "type": [
        "boolean",
        "null"
       ],
       "default": false
      },
      "bpm": {
       "description": "Beats per minute. Unset: N/A in the prompt.",
       "type": [
        "string",
        "number",
        "null"
       ]
      },
      "keyscale": {
       "description": "Key and scale, such as `F# minor`. Unset: N/A in the prompt.",
       "type": [
        "string",
        "null"
       ]
      },
      "timesignature": {
       "description": "Time signature, such as 4 or `3/4`. Unset: N/A in the prompt.",
       "type": [
        "string",
        "number",
        "null"
       ]
      },
      "duration": {
       "description": "Length in seconds as the prompt states it. Unset: the audio's own.",
       "type": [
        "string",
        "number",
        "null"
       ]
      },
      "language": {
       "description": "Language of the lyrics by its code, such as `en`. Unset: what the dataset stage says.",
       "type": [
        "string",
        "null"
       ]
      },
      "custom_tag": {
       "description": "Trigger word of this sample. Unset: the dataset's.",
       "type": [
        "string",
        "null"
       ]
      },
      "prompt_override": {
       "description": "`caption` or `genre` decides what the prompt of this sample uses. Unset: the genre ratio decides.",
       "enum": [
        "caption",
        "genre",
        null
       ]
      },
      "repeat": {
       "description": "How often an epoch shows this sample.",
       "type": "integer",
       "minimum": 1,
       "default": 1
      }
     }
    }
   },
   {
    "title": "DatasetJsonObject",
    "description": "Samples, and what holds for all of them.",
    "type": "object",
    "additionalProperties": true,
    "required": [
     "samples"
    ],
    "properties": {
     "metadata": {
      "title": "DatasetJsonMetadata",
      "description": "What holds for all samples.",
      "type": "object",
      "additionalProperties": true,
      "default": {},
      "properties": {
       "name": {
        "description": "Name of the dataset.",
        "type": "string",
        "default": "local_dataset"
       },
       "custom_tag": {
        "description": "Trigger word put into every caption.",
        "type": [
         "string",
         "null"
        ],
        "default": ""
       },
       "tag_position": {
        "description": "Where the custom tag goes: before the caption, after it, or instead of it.",
        "enum": [
         "prepend",
         "append",
         "replace"
        ],
        "default": "prepend"
       },
       "genre_ratio": {
        "description": "Percentage of samples whose prompt uses the genre in place of the caption.",
        "type": "number",
        "minimum": 0,
        "maximum": 100,
        "default": 0
       }
      }
     },
     "samples": {
      "description": "The samples.",
      "type": "array",
      "items": {
       "title": "DatasetJsonSample",
       "description": "One song.",
       "type": "object",
       "additionalProperties": true,
       "anyOf": [
        {
         "required": [
          "audio_path"
         ]
        },
        {
         "required": [
          "filename"
         ]
        }
       ],
       "properties": {
        "audio_path": {
         "description": "The audio file: absolute, or relative to this file or the audio folder. Unset: filename.",
         "type": "string",
         "minLength": 1
        },
        "filename": {
         "description": "The audio file's name. Unset: the last part of audio_path.",
         "type": "string",
         "minLength": 1
        },
        "caption": {
         "description": "What the music is like.",
         "type": [
          "string",
          "null"
         ],
         "default": ""
        },
        "genre": {
         "description": "Genre words, used in place of the caption for a share of the samples.",
         "type": [
          "string",
          "null"
         ],
         "default": ""
        },
        "lyrics": {
         "description": "The words that are sung. Unset: [Instrumental].",
         "type": [
          "string",
          "null"
         ]
        },
        "is_instrumental": {
         "description": "No one sings.",
         "type": [
          "boolean",
          "null"
         ],
         "default": false
        },
        "bpm": {
         "description": "Beats per minute. Unset: N/A in the prompt.",
         "type": [
          "string",
          "number",
          "null"
         ]
        },
        "keyscale": {
         "description": "Key and scale, such as `F# minor`. Unset: N/A in the prompt.",
         "type": [
          "string",
          "null"
         ]
        },
        "timesignature": {
         "description": "Time signature, such as 4 or `3/4`. Unset: N/A in the prompt.",
         "type": [
          "string",
          "number",
          "null"
         ]
        },
        "duration": {
         "description": "Length in seconds as the prompt states it. Unset: the audio's own.",
         "type": [
          "string",
          "number",
          "null"
         ]
        },
        "language": {
         "description": "Language of the lyrics by its code, such as `en`. Unset: what the dataset stage says.",
         "type": [
          "string",
          "null"
         ]
        },
        "custom_tag": {
         "description": "Trigger word of this sample. Unset: the dataset's.",
         "type": [
          "string",
          "null"
         ]
        },
        "prompt_override": {
         "description": "`caption` or `genre` decides what the prompt of this sample uses. Unset: the genre ratio decides.",
         "enum": [
          "caption",
          "genre",
          null
         ]
        },
        "repeat": {
         "description": "How often an epoch shows this sample.",
         "type": "integer",
         "minimum": 1,
         "default": 1
        }
       }
      }
     }
    }
   }
  ]
 },
 "lock": {
  "title": "LockDocument",
  "description": "What reproduces a finished run. Written by `sidestep run`; commit it beside the pipeline.",
  "type": "object",
  "additionalProperties": false,
  "required": [
   "sidestep_lock",
   "stages"
  ],
  "properties": {
   "sidestep_lock": {
    "description": "Version of the lock file's format.",
    "const": 1
   },
   "stages": {
    "description": "The stage instances by id, in the order of the pipeline.",
    "type": "object",
    "additionalProperties": {
     "title": "LockedStage",
     "description": "One stage instance as it finished.",
     "type": "object",
     "additionalProperties": false,
     "required": [
      "uses",
      "version",
      "fingerprint",
      "params",
      "inputs",
      "files",
      "numerics",
      "outputs"
     ],
     "properties": {
      "uses": {
       "description": "The stage type.",
       "type": "string"
      },
      "version": {
       "description": "Version of the stage type.",
       "type": "integer",
       "minimum": 1
      },
      "fingerprint": {
       "description": "SHA-256 in hexadecimal.",
       "type": "string",
       "pattern": "^[0-9a-f]{64}$"
      },
      "params": {
       "description": "Parameters that can change the output, by dotted path.",
       "type": "object"
      },
      "inputs": {
       "description": "Content hashes of what other stages handed on, by parameter.",
       "type": "object",
       "additionalProperties": {
        "description": "SHA-256 in hexadecimal.",
        "type": "string",
        "pattern": "^[0-9a-f]{64}$"
       }
      },
      "files": {
       "description": "Content hashes of the files parameters name, by parameter.",
       "type": "object",
       "additionalProperties": {
        "description": "SHA-256 in hexadecimal.",
        "type": "string",
        "pattern": "^[0-9a-f]{64}$"
       }
      },
      "numerics": {
       "description": "Backend, precision and numerics version of the engine, and the CPU's arithmetic where it is not that of most CPUs; null for stages without arithmetic.",
       "type": [
        "object",
        "null"
       ]
      },
      "outputs": {
       "description": "Identities of the outputs, by name.",
       "type": "object",
       "additionalProperties": {
        "description": "SHA-256 in hexadecimal.",
        "type": "string",
        "pattern": "^[0-9a-f]{64}$"
       }
      }
     }
    }
   }
  }
 },
 "stage.scan": {
  "title": "ScanParameters",
  "description": "Finds the models under a checkpoint folder, picks one, and checks that it and its VAE, text encoder and tokenizer are complete.",
  "x-stage-type": {
   "order": 10,
   "does": "finds a model"
  },
  "examples": [
   {
    "checkpoint_dir": "./checkpoints"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "checkpoint_dir"
  ],
  "properties": {
   "checkpoint_dir": {
    "description": "Folder that holds the model folders (acestep-v15-turbo and so on), `vae` and the text encoder.",
    "type": "string",
    "minLength": 1,
    "x-path": "folder",
    "x-stage": [
     "fixture",
     "command"
    ]
   },
   "model": {
    "description": "Which model to train: turbo, base, sft, xl-turbo, xl-base, xl-sft, or the exact name of a fine-tune's folder.",
    "type": "string",
    "minLength": 1,
    "default": "turbo",
    "examples": [
     "turbo",
     "base",
     "sft",
     "xl-turbo",
     "xl-base",
     "xl-sft"
    ]
   },
   "base_model": {
    "description": "The official model a fine-tune descends from. `auto` reads it from the fine-tune's config.json.",
    "enum": [
     "auto",
     "turbo",
     "base",
     "sft"
    ],
    "default": "auto"
   }
  }
 },
 "stage.dataset": {
  "title": "DatasetParameters",
  "description": "Finds the songs and their captions, lyrics and metadata, and lints all of them before any heavy work.",
  "x-stage-type": {
   "order": 20,
   "does": "finds the songs"
  },
  "examples": [
   {
    "audio_dir": "./songs"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [],
  "anyOf": [
   {
    "required": [
     "audio_dir"
    ]
   },
   {
    "required": [
     "dataset_json"
    ]
   }
  ],
  "properties": {
   "audio_dir": {
    "description": "Folder with the songs. Unset: the audio paths come from dataset_json.",
    "type": "string",
    "minLength": 1,
    "x-path": "folder",
    "x-stage": [
     "fixture",
     "command"
    ]
   },
   "dataset_json": {
    "description": "ACE-Step dataset JSON: a list of samples, or an object with `metadata` and `samples`. Unset: every audio file under audio_dir is a sample.",
    "type": "string",
    "minLength": 1,
    "x-path": "file",
    "x-stage": [
     "fixture",
     "command"
    ]
   },
   "model": {
    "description": "The scanned model: `${stages.NAME}` of a `scan` stage. With it the check also finds prompts and lyrics that are too long for the text encoder. Unset: they are found when they are encoded.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "extensions": {
    "description": "File name endings that count as audio.",
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "type": "string",
     "x-form": "a file name ending of letters and digits",
     "pattern": "^\\.?[A-Za-z0-9]+$"
    },
    "default": [
     "wav",
     "mp3",
     "flac",
     "ogg",
     "opus",
     "m4a",
     "aac"
    ]
   },
   "exclude": {
    "description": "Glob patterns of files to leave out, relative to audio_dir: `*.{wav,mp3}`, `demos/**`, `**/*take[12].flac`.",
    "type": "array",
    "items": {
     "type": "string",
     "minLength": 1,
     "maxLength": 1000
    },
    "default": []
   },
   "folders": {
    "description": "`recursive` looks into folders within audio_dir too, `top` does not.",
    "enum": [
     "recursive",
     "top"
    ],
    "default": "recursive"
   },
   "sidecars": {
    "description": "Text files beside a song (song.txt, song.caption.txt, song.lyrics.txt, song.json): `use` reads them where the dataset JSON says nothing, `prefer` lets them win over it, `ignore` does not read them.",
    "enum": [
     "use",
     "prefer",
     "ignore"
    ],
    "default": "use"
   },
   "file_tags": {
    "description": "Title, genre and tempo stored in the audio file itself: `use` takes them where nothing else says, `ignore` does not.",
    "enum": [
     "use",
     "ignore"
    ],
    "default": "use"
   },
   "custom_tag": {
    "description": "Trigger word put into every caption. Unset: the dataset JSON's own, if it has one.",
    "type": "string"
   },
   "tag_position": {
    "description": "Where the custom tag goes: before the caption, after it, or instead of it. Unset: the dataset JSON's own, else `prepend`.",
    "enum": [
     "prepend",
     "append",
     "replace"
    ]
   },
   "genre_ratio": {
    "description": "Percentage of samples whose prompt uses the genre in place of the caption. Unset: the dataset JSON's own, else 0.",
    "type": "number",
    "minimum": 0,
    "maximum": 100
   },
   "genre_choice": {
    "description": "How those samples are chosen: `sample` decides each by its own content, so that adding a song changes no other prompt; `upstream` shuffles the sorted list with the seed as ACE-Step does.",
    "enum": [
     "sample",
     "upstream"
    ],
    "default": "sample"
   },
   "language": {
    "description": "Language of the lyrics, by its code such as `en` or `zh`, of songs whose dataset JSON or files beside them do not say it.",
    "type": "string",
    "minLength": 1,
    "default": "unknown",
    "examples": [
     "en",
     "zh",
     "ja",
     "unknown"
    ]
   },
   "missing_lyrics": {
    "description": "What a song without lyrics is: `instrumental` trains it with the lyrics [Instrumental], `fail` refuses it unless its `is_instrumental` says so.",
    "enum": [
     "instrumental",
     "fail"
    ],
    "default": "instrumental"
   },
   "duplicates": {
    "description": "What to do with a song whose audio equals another's: `warn` keeps both, `skip` keeps the first by name, `fail` refuses.",
    "enum": [
     "warn",
     "skip",
     "fail"
    ],
    "default": "warn"
   },
   "min_duration": {
    "description": "Songs shorter than this many seconds are refused.",
    "type": "number",
    "minimum": 0,
    "default": 0.5
   },
   "seed": {
    "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991,
    "default": 42
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.join": {
  "title": "JoinParameters",
  "description": "Makes one dataset of several, with repeats or shares. Songs are encoded one by one, so what one of them was encoded for before is not encoded again.",
  "x-stage-type": {
   "order": 30,
   "does": "makes one dataset of several"
  },
  "examples": [
   {
    "datasets": [
     "${stages.dataset}"
    ]
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "datasets"
  ],
  "properties": {
   "datasets": {
    "description": "The datasets, each as `${stages.NAME}` of a stage that leaves songs, or as `{from: \"${stages.NAME}\", repeats: 3}` or `{from: \"${stages.NAME}\", share: 0.3}`. `repeats` shows each of its songs so many times in an epoch. `share` is the part of an epoch that its songs make up: either all datasets have one or none does, and only their proportions count. Songs of equal names get the name of their stage before them.",
    "type": [
     "string",
     "array"
    ],
    "minLength": 1,
    "minItems": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ],
    "items": {
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "x-stage": [
      "dataset",
      "join",
      "analyze",
      "caption"
     ],
     "additionalProperties": false,
     "required": [
      "from"
     ],
     "properties": {
      "from": {
       "description": "The stage whose songs are meant.",
       "type": "string",
       "minLength": 1,
       "x-stage": [
        "dataset",
        "join",
        "analyze",
        "caption"
       ]
      },
      "repeats": {
       "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      },
      "share": {
       "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1000000
      }
     }
    }
   }
  }
 },
 "stage.caption": {
  "title": "CaptionParameters",
  "description": "Asks a model that hears music, by an OpenAI-compatible HTTP interface, for the captions and lyrics that songs lack. Its result takes the place of the `dataset` stage's.",
  "x-stage-type": {
   "order": 40,
   "does": "has a model write what songs lack"
  },
  "examples": [
   {
    "dataset": "${stages.dataset}",
    "base_url": "http://127.0.0.1:8000/v1",
    "model": "ears"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "dataset",
   "base_url",
   "model"
  ],
  "properties": {
   "dataset": {
    "description": "The songs: `${stages.NAME}` of a `dataset`, `join` or `analyze` stage, or of another `caption` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ]
   },
   "base_url": {
    "description": "Where the server is: what is before `/chat/completions`, such as `http://127.0.0.1:8000/v1`. Only its path counts: the same model on another machine is asked nothing twice.",
    "type": "string",
    "x-form": "an address that begins with http:// or https://",
    "pattern": "^https?://",
    "examples": [
     "https://api.example.com/v1",
     "http://127.0.0.1:8000/v1"
    ]
   },
   "model": {
    "description": "Name of the model, as the server knows it.",
    "type": "string",
    "minLength": 1
   },
   "api_key_env": {
    "description": "Name of the environment variable that holds the key, such as `OPENAI_API_KEY`; the key itself is read when the stage runs and kept nowhere. Unset: no key is sent.",
    "type": "string",
    "x-form": "the name of an environment variable",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
    "examples": [
     "OPENAI_API_KEY"
    ]
   },
   "merge": {
    "description": "Which songs are asked for: `fill_missing` those without caption (a file name or title is none), `overwrite_caption` captions of all songs, `overwrite_all` captions and lyrics of all songs. Songs that are said to be instrumental keep their lyrics.",
    "enum": [
     "fill_missing",
     "overwrite_caption",
     "overwrite_all"
    ],
    "default": "fill_missing"
   },
   "send": {
    "description": "What the model is given with the prompt: `audio`, `metadata` (title, genre, tempo, key, language and lyrics, as far as they are known; for models that hear nothing), or `audio_and_metadata`.",
    "enum": [
     "audio",
     "metadata",
     "audio_and_metadata"
    ],
    "default": "audio"
   },
   "audio_seconds": {
    "description": "Songs are sent from their beginning, as mono wav, up to this many seconds.",
    "type": "number",
    "minimum": 1,
    "maximum": 1200,
    "default": 60
   },
   "prompt": {
    "description": "What the model is asked for a caption.",
    "type": "string",
    "minLength": 1,
    "default": "Describe this piece of music in one or two sentences, as a prompt for a program that makes music: genre, mood, instruments, voice, production. Answer with the description alone."
   },
   "lyrics": {
    "description": "`ask` has lyrics written down too where a song has none, `leave` leaves them as they are.",
    "enum": [
     "leave",
     "ask"
    ],
    "default": "leave"
   },
   "lyrics_prompt": {
    "description": "What the model is asked for lyrics.",
    "type": "string",
    "minLength": 1,
    "default": "Write down the words that are sung in this recording, line by line, with the name of each section, such as [Verse] or [Chorus], on a line before it. Answer with the lyrics alone; where nobody sings, answer [Instrumental]."
   },
   "temperature": {
    "description": "How freely the model chooses its words. Unset: the server decides.",
    "type": "number",
    "minimum": 0,
    "maximum": 2
   },
   "max_tokens": {
    "description": "Length of an answer in tokens; one that is cut there is not used. Unset: the server decides.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000
   },
   "requests_at_once": {
    "description": "How many requests are under way at the same time.",
    "type": "integer",
    "minimum": 1,
    "maximum": 64,
    "default": 2
   },
   "request_timeout": {
    "description": "Seconds until a request counts as failed.",
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 290,
    "default": 120
   },
   "request_retries": {
    "description": "How often a request is made again after the server was busy (429, 5xx), too slow or cut the connection; the pause doubles each time, or is what the server asks for.",
    "type": "integer",
    "minimum": 0,
    "maximum": 20,
    "default": 4
   },
   "write_sidecars": {
    "description": "Whether answers are written beside the songs, as `song.caption.txt` and `song.lyrics.txt`: `never`, `missing` where no such file is, `overwrite` also over one that is there.",
    "enum": [
     "never",
     "missing",
     "overwrite"
    ],
    "default": "never"
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.analyze": {
  "title": "AnalyzeParameters",
  "description": "Measures tempo, key, meter and loudness of the songs, each with its confidence, and fills in what no one has said of them. Its result takes the place of the `dataset` stage's.",
  "x-stage-type": {
   "order": 50,
   "does": "measures songs"
  },
  "examples": [
   {
    "dataset": "${stages.dataset}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "dataset"
  ],
  "properties": {
   "dataset": {
    "description": "The songs: `${stages.NAME}` of a `dataset`, `join` or `caption` stage, or of another `analyze` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ]
   },
   "fields": {
    "description": "What is filled in: `bpm` (a whole number of beats a minute; in 6/8 of dotted quarters), `keyscale`, `timesignature` (3/4, 4/4 or 6/8). Loudness and peak are measured of every song.",
    "type": "array",
    "items": {
     "enum": [
      "bpm",
      "keyscale",
      "timesignature"
     ]
    },
    "minItems": 1,
    "uniqueItems": true,
    "default": [
     "bpm",
     "keyscale",
     "timesignature"
    ]
   },
   "merge": {
    "description": "Which songs they are filled in for: `fill_missing` those of which nothing else says them, `overwrite_bpm`, `overwrite_keyscale`, `overwrite_timesignature` also those of which something else says that one, `overwrite_all` any of them.",
    "enum": [
     "fill_missing",
     "overwrite_bpm",
     "overwrite_keyscale",
     "overwrite_timesignature",
     "overwrite_all"
    ],
    "default": "fill_missing"
   },
   "min_confidence": {
    "description": "What is less sure than this, from 0 to 1, is not filled in; nothing wrong is better than something guessed.",
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "default": 0.5
   },
   "write_sidecars": {
    "description": "Whether what was filled in is written beside the songs, into `song.json`: `never`, `missing` where that file does not say it, `overwrite` also where it says something else. Whatever else is there stays.",
    "enum": [
     "never",
     "missing",
     "overwrite"
    ],
    "default": "never"
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.preprocess.pass1": {
  "title": "PreprocessPass1Parameters",
  "description": "Encodes each song with the VAE and each prompt and lyric with the text encoder, cached per sample and per encoder.",
  "x-stage-type": {
   "order": 60,
   "does": "encodes sound"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "dataset": "${stages.dataset}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "dataset"
  ],
  "properties": {
   "model": {
    "description": "The scanned model: `${stages.NAME}` of a `scan` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "dataset": {
    "description": "The songs: `${stages.NAME}` of a `dataset`, `join`, `analyze` or `caption` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ]
   },
   "max_duration": {
    "description": "Songs are cut to this many seconds. 0 takes the longest song's length in whole seconds.",
    "type": "number",
    "minimum": 0,
    "default": 240
   },
   "normalize": {
    "description": "Loudness before encoding: `none`, `peak` (peak_target) or `loudness` (integrated loudness, loudness_target).",
    "enum": [
     "none",
     "peak",
     "loudness"
    ],
    "default": "none"
   },
   "peak_target": {
    "description": "Peak level in dBFS after `normalize: peak`.",
    "type": "number",
    "minimum": -60,
    "maximum": 0,
    "default": -1
   },
   "loudness_target": {
    "description": "Integrated loudness in LUFS after `normalize: loudness` (ITU-R BS.1770).",
    "type": "number",
    "minimum": -70,
    "maximum": 0,
    "default": -14
   },
   "resampler": {
    "description": "How other sample rates become 48 kHz: `soxr_hq` follows upstream's newest loader, `sinc_hann` its older one.",
    "enum": [
     "soxr_hq",
     "sinc_hann"
    ],
    "default": "soxr_hq"
   },
   "latents": {
    "description": "What is taken of the VAE's posterior: `sample` draws from it with the seed, `mean` takes its mean.",
    "enum": [
     "sample",
     "mean"
    ],
    "default": "sample"
   },
   "tile_duration": {
    "description": "Long songs go through the VAE in tiles of this many seconds. 0 encodes a song in one piece.",
    "type": "number",
    "minimum": 0,
    "default": 30
   },
   "tile_overlap": {
    "description": "Seconds that neighbouring tiles share on each side.",
    "type": "number",
    "minimum": 0,
    "default": 2
   },
   "conditioning": {
    "description": "How prompt and lyrics become a condition: `inference` as programs that make music build them, so that training hears what they will say; `upstream` as ACE-Step's and Side-Step's training programs do. docs/dataset.md tells them apart.",
    "enum": [
     "inference",
     "upstream"
    ],
    "default": "inference"
   },
   "max_text_tokens": {
    "description": "Length to which the prompt is cut, in tokens; with `conditioning: upstream` shorter ones are padded to it.",
    "type": "integer",
    "minimum": 1,
    "maximum": 32768,
    "default": 256
   },
   "max_lyric_tokens": {
    "description": "Length to which the lyrics are cut, in tokens; with `conditioning: upstream` shorter ones are padded to it. Unset: 2048, or 512 with `conditioning: upstream`.",
    "type": "integer",
    "minimum": 1,
    "maximum": 32768
   },
   "precision": {
    "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "seed": {
    "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991,
    "default": 42
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.preprocess.pass2": {
  "title": "PreprocessPass2Parameters",
  "description": "Turns text and lyric states into the conditions that the diffusion transformer is trained with, cached per sample.",
  "x-stage-type": {
   "order": 70,
   "does": "encodes text and makes samples"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "latents": "${stages.preprocess_pass1}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "latents"
  ],
  "properties": {
   "model": {
    "description": "The scanned model whose condition encoder is used: `${stages.NAME}` of a `scan` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "latents": {
    "description": "Latents and text states: `${stages.NAME}` of a `preprocess.pass1` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "preprocess.pass1"
    ]
   },
   "conditioning": {
    "description": "How conditions are built: `inference` or `upstream`; see `preprocess.pass1`. Unset: as the first pass did; another value than that is refused.",
    "enum": [
     "inference",
     "upstream"
    ]
   },
   "output_dir": {
    "description": "Folder in which the finished samples also appear as safetensors files. Unset: they stay in the cache.",
    "type": "string",
    "minLength": 1,
    "x-path": "output"
   },
   "precision": {
    "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.pack": {
  "title": "PackParameters",
  "description": "Writes encoded samples as Side-Step and ACE-Step keep them: a .pt file each, manifest.json and preprocess_meta.json.",
  "x-stage-type": {
   "order": 80,
   "does": "writes samples as Side-Step reads them"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "tensors": "${stages.preprocess_pass2}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "tensors"
  ],
  "properties": {
   "model": {
    "description": "The scanned model that the samples were encoded for: `${stages.NAME}` of a `scan` stage. Its silence is beside each of them.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "tensors": {
    "description": "The samples: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples. A list joins several, as in `train`; `repeats` and `share` list samples more than once in manifest.json, which is how Side-Step repeats them.",
    "type": [
     "string",
     "array"
    ],
    "minLength": 1,
    "minItems": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "items": {
     "description": "Samples by their stage or folder, or as `from` with `repeats` or `share`.",
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "x-stage": [
      "preprocess.pass2",
      "command"
     ],
     "x-path": "folder",
     "additionalProperties": false,
     "required": [
      "from"
     ],
     "properties": {
      "from": {
       "description": "The stage or folder whose samples are meant.",
       "type": "string",
       "minLength": 1,
       "x-stage": [
        "preprocess.pass2",
        "command"
       ],
       "x-path": "folder"
      },
      "repeats": {
       "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      },
      "share": {
       "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1000000
      }
     }
    }
   },
   "dataset": {
    "description": "The songs, whose captions, lyrics and metadata are written into the files: `${stages.NAME}` of a `dataset`, `join`, `analyze` or `caption` stage. Unset: the files hold tensors and the songs' names.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ]
   },
   "output_dir": {
    "description": "Folder in which the files appear. Unset: they stay in the cache.",
    "type": "string",
    "minLength": 1,
    "x-path": "output"
   }
  }
 },
 "stage.estimate": {
  "title": "EstimateParameters",
  "description": "Measures which modules of the model the songs pull at hardest, so that `train` can adapt those, or give each the rank it needs.",
  "x-stage-type": {
   "order": 90,
   "does": "measures modules"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "tensors": "${stages.preprocess_pass2}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "tensors"
  ],
  "properties": {
   "model": {
    "description": "The scanned model: `${stages.NAME}` of a `scan` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "tensors": {
    "description": "The preprocessed samples: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples that ACE-Step or Side-Step preprocessed. A list joins several, as in `train`.",
    "type": [
     "string",
     "array"
    ],
    "minLength": 1,
    "minItems": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "items": {
     "description": "Samples by their stage or folder, or as `from` with `repeats` or `share`.",
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "x-stage": [
      "preprocess.pass2",
      "command"
     ],
     "x-path": "folder",
     "additionalProperties": false,
     "required": [
      "from"
     ],
     "properties": {
      "from": {
       "description": "The stage or folder whose samples are meant.",
       "type": "string",
       "minLength": 1,
       "x-stage": [
        "preprocess.pass2",
        "command"
       ],
       "x-path": "folder"
      },
      "repeats": {
       "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      },
      "share": {
       "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1000000
      }
     }
    }
   },
   "method": {
    "description": "`gradient` ranks by the mean gradient norm of each weight; `fisher` by the diagonal Fisher information and also derives a rank per module.",
    "enum": [
     "gradient",
     "fisher"
    ],
    "default": "gradient"
   },
   "granularity": {
    "description": "Rank single modules, or whole layers (the sum over a layer's modules). Of `method: gradient`; Fisher information always ranks modules.",
    "enum": [
     "module",
     "layer"
    ],
    "default": "module"
   },
   "attention_type": {
    "description": "Which attentions are measured: self (sound), cross (text), or both.",
    "enum": [
     "both",
     "self",
     "cross"
    ],
    "default": "both"
   },
   "target_modules": {
    "description": "Names of the linears that are measured.",
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "type": "string",
     "minLength": 1
    },
    "default": [
     "q_proj",
     "k_proj",
     "v_proj",
     "o_proj"
    ]
   },
   "target_mlp": {
    "description": "Measure the MLP linears (gate_proj, up_proj, down_proj) too.",
    "type": "boolean",
    "default": false
   },
   "batches": {
    "description": "How many batches are measured in each run, at most. Unset: 5 of gradients; of Fisher information as many as show every song once, 50 at most.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000
   },
   "batch_size": {
    "description": "Samples in a batch.",
    "type": "integer",
    "minimum": 1,
    "maximum": 4096,
    "default": 1
   },
   "top_k": {
    "description": "How many modules (or layers) are selected for training. Of `method: gradient`; with fisher, fisher.select_share decides.",
    "type": "integer",
    "minimum": 1,
    "maximum": 100000,
    "default": 16
   },
   "cfg_dropout": {
    "description": "Probability that a sample's condition is replaced by the null condition.",
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "default": 0.15
   },
   "timestep_range": {
    "description": "Timesteps that are drawn: `[0, 1]` all of them, `[0, 0.4]` texture, `[0.6, 1]` structure.",
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    },
    "default": [
     0,
     1
    ]
   },
   "fisher": {
    "description": "Settings of `method: fisher`.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "runs": {
      "description": "Independent runs, each with songs and noise of its own, whose mean and spread are reported. Unset: 2 up to ten songs, 3 beyond.",
      "type": "integer",
      "minimum": 1,
      "maximum": 100
     },
     "convergence_patience": {
      "description": "A run ends once so many batches in a row left the order of its 20 best modules as it was. 0: it measures all its batches.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 5
     },
     "out_of_memory": {
      "description": "What a batch does for which there is no memory. `fail` ends the stage; `skip` leaves the batch out, as Side-Step does, and two in a row end the run: which were left out then decides the result, and `estimate.json` counts them.",
      "enum": [
       "fail",
       "skip"
      ],
      "default": "fail"
     },
     "base_rank": {
      "description": "Rank of a module of median importance.",
      "type": "integer",
      "minimum": 1,
      "maximum": 65536,
      "default": 64
     },
     "min_rank": {
      "description": "Smallest rank given.",
      "type": "integer",
      "minimum": 1,
      "maximum": 65536,
      "default": 16
     },
     "max_rank": {
      "description": "Largest rank given.",
      "type": "integer",
      "minimum": 1,
      "maximum": 65536,
      "default": 128
     },
     "rank_multiple": {
      "description": "Ranks are rounded to a multiple of this.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1024,
      "default": 8
     },
     "energy": {
      "description": "Share of a weight's spectral energy that its effective rank covers.",
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1,
      "default": 0.95
     },
     "select_share": {
      "description": "Share of the modules that is selected.",
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1,
      "default": 0.55
     },
     "min_category_share": {
      "description": "Share selected at least from each of self-attention, cross-attention and MLP.",
      "type": "number",
      "minimum": 0,
      "maximum": 1,
      "default": 0.1
     }
    }
   },
   "precision": {
    "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "seed": {
    "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991,
    "default": 42
   }
  }
 },
 "stage.train": {
  "title": "TrainParameters",
  "description": "Trains an adapter on preprocessed samples.",
  "x-stage-type": {
   "order": 100,
   "does": "trains an adapter"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "tensors": "${stages.preprocess_pass2}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "tensors"
  ],
  "properties": {
   "model": {
    "description": "The scanned model to adapt: `${stages.NAME}` of a `scan` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "tensors": {
    "description": "The samples to train on: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples that ACE-Step or Side-Step preprocessed (.pt or safetensors). A list joins several: `[./tensors, {from: ./more, repeats: 3}]`, or with `share` for the part of an epoch that each makes up.",
    "type": [
     "string",
     "array"
    ],
    "minLength": 1,
    "minItems": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "items": {
     "description": "Samples by their stage or folder, or as `from` with `repeats` or `share`.",
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "x-stage": [
      "preprocess.pass2",
      "command"
     ],
     "x-path": "folder",
     "additionalProperties": false,
     "required": [
      "from"
     ],
     "properties": {
      "from": {
       "description": "The stage or folder whose samples are meant.",
       "type": "string",
       "minLength": 1,
       "x-stage": [
        "preprocess.pass2",
        "command"
       ],
       "x-path": "folder"
      },
      "repeats": {
       "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      },
      "share": {
       "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1000000
      }
     }
    }
   },
   "mode": {
    "description": "`fixed` trains with continuous timesteps and condition dropout, as the models were trained; `vanilla` does as ACE-Step's own trainer: the eight timesteps of the turbo schedule, no condition dropout.",
    "enum": [
     "fixed",
     "vanilla"
    ],
    "default": "fixed"
   },
   "adapter": {
    "description": "What is trained: the kind of adapter, its size and the modules it adapts.",
    "default": {
     "type": "lora"
    },
    "type": "object",
    "required": [
     "type"
    ],
    "discriminator": {
     "propertyName": "type"
    },
    "oneOf": [
     {
      "title": "LoraAdapter",
      "description": "LoRA: W + (alpha / rank) B A (Hu et al. 2021), named as PEFT does.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Low-rank adapter.",
        "const": "lora"
       },
       "rank": {
        "description": "Rank r of the update, per adapted module.",
        "type": "integer",
        "minimum": 1,
        "maximum": 65536,
        "default": 64
       },
       "alpha": {
        "description": "The update is scaled by alpha / rank.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 128
       },
       "dropout": {
        "description": "Probability that an input element of the update is dropped while training.",
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1,
        "default": 0.1
       },
       "bias": {
        "description": "Which biases are saved with the adapter: `none`, `all`, or `lora_only` (those of adapted modules). As upstream, they are not trained.",
        "enum": [
         "none",
         "all",
         "lora_only"
        ],
        "default": "none"
       },
       "rs_lora": {
        "description": "Scale by alpha / sqrt(rank) in place of alpha / rank (rank-stabilised LoRA).",
        "type": "boolean",
        "default": false
       },
       "target_modules": {
        "description": "Names of the linears that are adapted: the end of a module's path.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        },
        "default": [
         "q_proj",
         "k_proj",
         "v_proj",
         "o_proj"
        ],
        "examples": [
         [
          "q_proj",
          "v_proj"
         ]
        ]
       },
       "attention_type": {
        "description": "Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.",
        "enum": [
         "both",
         "self",
         "cross"
        ],
        "default": "both"
       },
       "self_target_modules": {
        "description": "Names of the adapted linears in self-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "cross_target_modules": {
        "description": "Names of the adapted linears in cross-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "target_mlp": {
        "description": "Adapt the MLP linears (gate_proj, up_proj, down_proj) too.",
        "type": "boolean",
        "default": false
       },
       "rank_pattern": {
        "description": "Ranks of single modules: the end of a module's path, or a regular expression for it, and its rank.",
        "type": "object",
        "default": {},
        "additionalProperties": {
         "description": "Rank of these modules.",
         "type": "integer",
         "minimum": 1,
         "maximum": 65536
        }
       },
       "alpha_pattern": {
        "description": "Alphas of single modules, as rank_pattern.",
        "type": "object",
        "default": {},
        "additionalProperties": {
         "description": "Alpha of these modules.",
         "type": "number",
         "exclusiveMinimum": 0
        }
       },
       "selection": {
        "description": "Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.",
        "type": "object",
        "additionalProperties": false,
        "required": [
         "estimate"
        ],
        "properties": {
         "estimate": {
          "description": "`${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
          "type": "string",
          "minLength": 1,
          "x-stage": [
           "estimate",
           "command"
          ],
          "x-path": "file"
         },
         "use": {
          "description": "`modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).",
          "enum": [
           "modules",
           "ranks"
          ],
          "default": "modules"
         }
        }
       }
      }
     },
     {
      "title": "DoraAdapter",
      "description": "DoRA: LoRA on the direction of each weight, and a trained magnitude (Liu et al. 2024), named as PEFT does.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Weight-decomposed low-rank adapter.",
        "const": "dora"
       },
       "rank": {
        "description": "Rank r of the update, per adapted module.",
        "type": "integer",
        "minimum": 1,
        "maximum": 65536,
        "default": 64
       },
       "alpha": {
        "description": "The update is scaled by alpha / rank.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 128
       },
       "dropout": {
        "description": "Probability that an input element of the update is dropped while training.",
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1,
        "default": 0.1
       },
       "bias": {
        "description": "Which biases are saved with the adapter: `none`, `all`, or `lora_only` (those of adapted modules). As upstream, they are not trained.",
        "enum": [
         "none",
         "all",
         "lora_only"
        ],
        "default": "none"
       },
       "rs_lora": {
        "description": "Scale by alpha / sqrt(rank) in place of alpha / rank (rank-stabilised LoRA).",
        "type": "boolean",
        "default": false
       },
       "target_modules": {
        "description": "Names of the linears that are adapted: the end of a module's path.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        },
        "default": [
         "q_proj",
         "k_proj",
         "v_proj",
         "o_proj"
        ],
        "examples": [
         [
          "q_proj",
          "v_proj"
         ]
        ]
       },
       "attention_type": {
        "description": "Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.",
        "enum": [
         "both",
         "self",
         "cross"
        ],
        "default": "both"
       },
       "self_target_modules": {
        "description": "Names of the adapted linears in self-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "cross_target_modules": {
        "description": "Names of the adapted linears in cross-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "target_mlp": {
        "description": "Adapt the MLP linears (gate_proj, up_proj, down_proj) too.",
        "type": "boolean",
        "default": false
       },
       "rank_pattern": {
        "description": "Ranks of single modules: the end of a module's path, or a regular expression for it, and its rank.",
        "type": "object",
        "default": {},
        "additionalProperties": {
         "description": "Rank of these modules.",
         "type": "integer",
         "minimum": 1,
         "maximum": 65536
        }
       },
       "alpha_pattern": {
        "description": "Alphas of single modules, as rank_pattern.",
        "type": "object",
        "default": {},
        "additionalProperties": {
         "description": "Alpha of these modules.",
         "type": "number",
         "exclusiveMinimum": 0
        }
       },
       "selection": {
        "description": "Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.",
        "type": "object",
        "additionalProperties": false,
        "required": [
         "estimate"
        ],
        "properties": {
         "estimate": {
          "description": "`${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
          "type": "string",
          "minLength": 1,
          "x-stage": [
           "estimate",
           "command"
          ],
          "x-path": "file"
         },
         "use": {
          "description": "`modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).",
          "enum": [
           "modules",
           "ranks"
          ],
          "default": "modules"
         }
        }
       }
      }
     },
     {
      "title": "LokrAdapter",
      "description": "LoKr: the update is a Kronecker product (Yeh et al. 2023), named as LyCORIS does.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Kronecker adapter.",
        "const": "lokr"
       },
       "rank": {
        "description": "Rank r of the update, per adapted module.",
        "type": "integer",
        "minimum": 1,
        "maximum": 65536,
        "default": 64
       },
       "alpha": {
        "description": "The update is scaled by alpha / rank.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 128
       },
       "factor": {
        "description": "How each weight's sides are split into two factors; -1 splits as near to the square root as it can.",
        "type": "integer",
        "minimum": -1,
        "maximum": 65536,
        "not": {
         "const": 0
        },
        "default": -1
       },
       "decompose_both": {
        "description": "Give the small Kronecker factor low rank as well.",
        "type": "boolean",
        "default": false
       },
       "full_matrix": {
        "description": "Keep both Kronecker factors at full rank; rank and alpha then play no part.",
        "type": "boolean",
        "default": false
       },
       "use_tucker": {
        "description": "Tucker decomposition of convolutions with kernels larger than one.",
        "type": "boolean",
        "default": false
       },
       "use_scalar": {
        "description": "A trained scalar, from 0, in front of the update; it is folded into the weights when saved.",
        "type": "boolean",
        "default": false
       },
       "weight_decompose": {
        "description": "Train magnitude and direction apart (DoRA, as LyCORIS does it).",
        "type": "boolean",
        "default": false
       },
       "scope": {
        "description": "`targets` adapts the targeted linears. `decoder` adapts every linear and convolution of the transformer but proj_out, which is what upstream's LoKr and LoHa training really does.",
        "enum": [
         "targets",
         "decoder"
        ],
        "default": "targets"
       },
       "target_modules": {
        "description": "Names of the linears that are adapted: the end of a module's path.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        },
        "default": [
         "q_proj",
         "k_proj",
         "v_proj",
         "o_proj"
        ],
        "examples": [
         [
          "q_proj",
          "v_proj"
         ]
        ]
       },
       "attention_type": {
        "description": "Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.",
        "enum": [
         "both",
         "self",
         "cross"
        ],
        "default": "both"
       },
       "self_target_modules": {
        "description": "Names of the adapted linears in self-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "cross_target_modules": {
        "description": "Names of the adapted linears in cross-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "target_mlp": {
        "description": "Adapt the MLP linears (gate_proj, up_proj, down_proj) too.",
        "type": "boolean",
        "default": false
       },
       "selection": {
        "description": "Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.",
        "type": "object",
        "additionalProperties": false,
        "required": [
         "estimate"
        ],
        "properties": {
         "estimate": {
          "description": "`${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
          "type": "string",
          "minLength": 1,
          "x-stage": [
           "estimate",
           "command"
          ],
          "x-path": "file"
         },
         "use": {
          "description": "`modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).",
          "enum": [
           "modules",
           "ranks"
          ],
          "default": "modules"
         }
        }
       }
      }
     },
     {
      "title": "LohaAdapter",
      "description": "LoHa: the update is a Hadamard product of two low-rank matrices (Hyeon-Woo et al. 2022), named as LyCORIS does.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Hadamard adapter.",
        "const": "loha"
       },
       "rank": {
        "description": "Rank r of the update, per adapted module.",
        "type": "integer",
        "minimum": 1,
        "maximum": 65536,
        "default": 64
       },
       "alpha": {
        "description": "The update is scaled by alpha / rank.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 128
       },
       "use_tucker": {
        "description": "Tucker decomposition of convolutions with kernels larger than one.",
        "type": "boolean",
        "default": false
       },
       "use_scalar": {
        "description": "A trained scalar, from 0, in front of the update; it is folded into the weights when saved.",
        "type": "boolean",
        "default": false
       },
       "weight_decompose": {
        "description": "Train magnitude and direction apart (DoRA, as LyCORIS does it).",
        "type": "boolean",
        "default": false
       },
       "scope": {
        "description": "`targets` adapts the targeted linears. `decoder` adapts every linear and convolution of the transformer but proj_out, which is what upstream's LoKr and LoHa training really does.",
        "enum": [
         "targets",
         "decoder"
        ],
        "default": "targets"
       },
       "target_modules": {
        "description": "Names of the linears that are adapted: the end of a module's path.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        },
        "default": [
         "q_proj",
         "k_proj",
         "v_proj",
         "o_proj"
        ],
        "examples": [
         [
          "q_proj",
          "v_proj"
         ]
        ]
       },
       "attention_type": {
        "description": "Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.",
        "enum": [
         "both",
         "self",
         "cross"
        ],
        "default": "both"
       },
       "self_target_modules": {
        "description": "Names of the adapted linears in self-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "cross_target_modules": {
        "description": "Names of the adapted linears in cross-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "target_mlp": {
        "description": "Adapt the MLP linears (gate_proj, up_proj, down_proj) too.",
        "type": "boolean",
        "default": false
       },
       "selection": {
        "description": "Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.",
        "type": "object",
        "additionalProperties": false,
        "required": [
         "estimate"
        ],
        "properties": {
         "estimate": {
          "description": "`${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
          "type": "string",
          "minLength": 1,
          "x-stage": [
           "estimate",
           "command"
          ],
          "x-path": "file"
         },
         "use": {
          "description": "`modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).",
          "enum": [
           "modules",
           "ranks"
          ],
          "default": "modules"
         }
        }
       }
      }
     },
     {
      "title": "OftAdapter",
      "description": "OFT: each weight's input is rotated by a block-diagonal orthogonal matrix (Qiu et al. 2023), named as PEFT does. It has no ComfyUI form.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Orthogonal adapter.",
        "const": "oft"
       },
       "block_size": {
        "description": "Side of the orthogonal blocks; it must divide each adapted linear's input size.",
        "type": "integer",
        "minimum": 2,
        "maximum": 65536,
        "default": 64
       },
       "coft": {
        "description": "Constrained OFT: keep each rotation within eps of none.",
        "type": "boolean",
        "default": false
       },
       "eps": {
        "description": "The bound of constrained OFT.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 0.00006
       },
       "block_share": {
        "description": "One block for a whole module.",
        "type": "boolean",
        "default": false
       },
       "cayley": {
        "description": "How a skew matrix becomes a rotation: `neumann` by a short series, as PEFT does, `exact` by solving.",
        "enum": [
         "neumann",
         "exact"
        ],
        "default": "neumann"
       },
       "cayley_terms": {
        "description": "Terms of that series.",
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "default": 5
       },
       "target_modules": {
        "description": "Names of the linears that are adapted: the end of a module's path.",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        },
        "default": [
         "q_proj",
         "k_proj",
         "v_proj",
         "o_proj"
        ],
        "examples": [
         [
          "q_proj",
          "v_proj"
         ]
        ]
       },
       "attention_type": {
        "description": "Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.",
        "enum": [
         "both",
         "self",
         "cross"
        ],
        "default": "both"
       },
       "self_target_modules": {
        "description": "Names of the adapted linears in self-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "cross_target_modules": {
        "description": "Names of the adapted linears in cross-attention. Unset: target_modules.",
        "type": "array",
        "uniqueItems": true,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "target_mlp": {
        "description": "Adapt the MLP linears (gate_proj, up_proj, down_proj) too.",
        "type": "boolean",
        "default": false
       },
       "selection": {
        "description": "Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.",
        "type": "object",
        "additionalProperties": false,
        "required": [
         "estimate"
        ],
        "properties": {
         "estimate": {
          "description": "`${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
          "type": "string",
          "minLength": 1,
          "x-stage": [
           "estimate",
           "command"
          ],
          "x-path": "file"
         },
         "use": {
          "description": "`modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).",
          "enum": [
           "modules",
           "ranks"
          ],
          "default": "modules"
         }
        }
       }
      }
     }
    ]
   },
   "timestep": {
    "description": "How the timestep t of each sample is drawn (t = 1 is noise, t = 0 is the song).",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "law": {
      "description": "`upstream` is the larger of two logit-normal draws, `single` is one logit-normal draw, `discrete` picks one of the eight turbo timesteps. `auto` takes upstream in fixed mode and discrete in vanilla mode.",
      "enum": [
       "auto",
       "upstream",
       "single",
       "discrete"
      ],
      "default": "auto"
     },
     "timestep_mu": {
      "description": "Mean of the normal law under the sigmoid. Unset: the model's config.json (-0.4 in the official models).",
      "type": "number"
     },
     "timestep_sigma": {
      "description": "Standard deviation of the normal law under the sigmoid. Unset: the model's config.json (1.0 in the official models).",
      "type": "number",
      "exclusiveMinimum": 0
     },
     "adaptive_ratio": {
      "description": "Probability that a sample's timestep is drawn where the loss is high (10 bins, moving average of the loss) and not by the law. 0 turns it off; 0.3 is usual.",
      "type": "number",
      "minimum": 0,
      "maximum": 1,
      "default": 0
     }
    }
   },
   "base_precision": {
    "description": "How the frozen model's matrices are kept. `auto`: in the precision of the computation (on a CPU, 16-bit checkpoints stay as they are). `8bit`: as 8-bit numbers with a scale for every 64 of them, widened where a product needs them; about half the memory of bf16 for the model, slightly slower, and the loss moves by a fraction of a percent. `int8`, `fp8`: as 8-bit codes that tensor cores multiply as they are, what is multiplied with them quantised on the way, forward and backward; as little memory, meant to be faster on a card (int8 from compute capability 8.0 on, fp8 from 8.9), the loss moves by up to a few percent; a CPU computes the same, slower. The adapter is for the unquantised model all the same.",
    "enum": [
     "auto",
     "8bit",
     "int8",
     "fp8"
    ],
    "default": "auto"
   },
   "cfg_dropout": {
    "description": "Probability that a sample's condition is replaced by the null condition, which keeps classifier-free guidance working. Not used in vanilla mode.",
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "default": 0.15
   },
   "loss_weighting": {
    "description": "`none` counts every timestep alike, `min_snr` weights by min(SNR, snr_gamma) / SNR.",
    "enum": [
     "none",
     "min_snr"
    ],
    "default": "none"
   },
   "snr_gamma": {
    "description": "The cap in `loss_weighting: min_snr`.",
    "type": "number",
    "exclusiveMinimum": 0,
    "default": 5
   },
   "padding": {
    "description": "What padded frames of a batch of unequal lengths do: `masked` leaves them out of loss and attention, so that a batch equals the mean of its samples; `upstream` counts them as ACE-Step does.",
    "enum": [
     "masked",
     "upstream"
    ],
    "default": "masked"
   },
   "optimizer": {
    "description": "The rule that turns gradients into updates, and its learning rate.",
    "default": {
     "type": "adamw"
    },
    "type": "object",
    "required": [
     "type"
    ],
    "discriminator": {
     "propertyName": "type"
    },
    "oneOf": [
     {
      "title": "AdamwOptimizer",
      "description": "AdamW with 32-bit state.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "AdamW (Loshchilov and Hutter 2019).",
        "const": "adamw"
       },
       "learning_rate": {
        "description": "Peak learning rate.",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "default": 0.0001
       },
       "weight_decay": {
        "description": "Decoupled weight decay.",
        "type": "number",
        "minimum": 0,
        "default": 0.01
       },
       "betas": {
        "description": "Decay of the averages of the gradient and of its square.",
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": {
         "type": "number",
         "minimum": 0,
         "exclusiveMaximum": 1
        },
        "default": [
         0.9,
         0.999
        ]
       },
       "eps": {
        "description": "Added to the denominator.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1e-8
       }
      }
     },
     {
      "title": "Adamw8bitOptimizer",
      "description": "AdamW with 8-bit state: about a third of the optimizer's memory.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "AdamW with block-wise quantised state (Dettmers et al. 2022).",
        "const": "adamw8bit"
       },
       "learning_rate": {
        "description": "Peak learning rate.",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "default": 0.0001
       },
       "weight_decay": {
        "description": "Decoupled weight decay.",
        "type": "number",
        "minimum": 0,
        "default": 0.01
       },
       "betas": {
        "description": "Decay of the averages of the gradient and of its square.",
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": {
         "type": "number",
         "minimum": 0,
         "exclusiveMaximum": 1
        },
        "default": [
         0.9,
         0.999
        ]
       },
       "eps": {
        "description": "Added to the denominator.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1e-8
       }
      }
     },
     {
      "title": "AdafactorOptimizer",
      "description": "Adafactor with factored second moments: next to no state. No relative step, no parameter scaling.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Adafactor (Shazeer and Stern 2018).",
        "const": "adafactor"
       },
       "learning_rate": {
        "description": "Peak learning rate.",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "default": 0.0001
       },
       "weight_decay": {
        "description": "Decoupled weight decay.",
        "type": "number",
        "minimum": 0,
        "default": 0.01
       },
       "decay_rate": {
        "description": "Exponent of the second moment's decay: 1 - step^decay_rate.",
        "type": "number",
        "exclusiveMaximum": 0,
        "default": -0.8
       },
       "clip_threshold": {
        "description": "Bound of the update's root mean square.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1
       },
       "eps": {
        "description": "Added to the squared gradient.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1e-30
       }
      }
     },
     {
      "title": "ProdigyOptimizer",
      "description": "Prodigy: AdamW that finds its own learning rate. The schedule becomes constant after the warm-up, unless it is custom.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Prodigy (Mishchenko and Defazio 2023).",
        "const": "prodigy"
       },
       "learning_rate": {
        "description": "Factor on the learning rate that Prodigy finds; leave it at 1.",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "default": 1
       },
       "weight_decay": {
        "description": "Decoupled weight decay.",
        "type": "number",
        "minimum": 0,
        "default": 0.01
       },
       "betas": {
        "description": "Decay of the averages of the gradient and of its square.",
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": {
         "type": "number",
         "minimum": 0,
         "exclusiveMaximum": 1
        },
        "default": [
         0.9,
         0.99
        ]
       },
       "eps": {
        "description": "Added to the denominator.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1e-8
       },
       "d0": {
        "description": "First guess of the distance to the solution.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 0.000001
       },
       "d_coef": {
        "description": "Factor on the found distance.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1
       },
       "use_bias_correction": {
        "description": "Adam's bias correction.",
        "type": "boolean",
        "default": true
       },
       "safeguard_warmup": {
        "description": "Leave the learning rate out of the distance's denominator, which keeps a warm-up from spoiling it.",
        "type": "boolean",
        "default": true
       }
      }
     }
    ]
   },
   "schedule": {
    "description": "How the learning rate changes over the run. The whole curve is a function of the global step.",
    "default": {
     "type": "cosine"
    },
    "type": "object",
    "required": [
     "type"
    ],
    "discriminator": {
     "propertyName": "type"
    },
    "oneOf": [
     {
      "title": "CosineSchedule",
      "description": "Half a cosine from the peak to the floor.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Half a cosine.",
        "const": "cosine"
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       },
       "floor_factor": {
        "description": "Share of the peak that is left at the end.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.01
       }
      }
     },
     {
      "title": "CosineRestartsSchedule",
      "description": "Several half cosines, one after another.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Cosine with warm restarts.",
        "const": "cosine_restarts"
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       },
       "floor_factor": {
        "description": "Share of the peak that is left at the end.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.01
       },
       "n_restarts": {
        "description": "How many cosines.",
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 4
       }
      }
     },
     {
      "title": "LinearSchedule",
      "description": "A straight line from the peak to the floor.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Straight line.",
        "const": "linear"
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       },
       "floor_factor": {
        "description": "Share of the peak that is left at the end.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.01
       }
      }
     },
     {
      "title": "ConstantSchedule",
      "description": "The peak to the end, after the warm-up. Upstream's constant warms up too: warmup_steps 0 starts at the peak.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "No change after the warm-up.",
        "const": "constant"
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       }
      }
     },
     {
      "title": "ConstantWithWarmupSchedule",
      "description": "The same as constant; upstream has both names.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "description": "Warm-up, then no change.",
        "const": "constant_with_warmup"
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       }
      }
     },
     {
      "title": "CustomSchedule",
      "description": "The learning rate by a formula of your own.",
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type",
       "formula"
      ],
      "properties": {
       "type": {
        "description": "Your own formula.",
        "const": "custom"
       },
       "formula": {
        "description": "The learning rate as an expression of step, total_steps, progress, epoch, total_epochs, steps_per_epoch and base_lr with + - * / ** ( ), cos sin exp log sqrt min max abs clamp, pi and e.",
        "type": "string",
        "minLength": 1,
        "maxLength": 2000,
        "examples": [
         "base_lr * 0.5 * (1 + cos(pi * progress))"
        ]
       },
       "warmup_steps": {
        "description": "Updates in which the rate rises to its peak; at most a tenth of the run.",
        "type": "integer",
        "minimum": 0,
        "maximum": 1000000000,
        "default": 100
       },
       "warmup_start_factor": {
        "description": "Share of the peak at the first update.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
       }
      }
     }
    ]
   },
   "batch_size": {
    "description": "Samples in a micro-batch.",
    "type": "integer",
    "minimum": 1,
    "maximum": 4096,
    "default": 1
   },
   "gradient_accumulation_steps": {
    "description": "Micro-batches that make one update; the effective batch is this times batch_size.",
    "type": "integer",
    "minimum": 1,
    "maximum": 65536,
    "default": 4
   },
   "partial_accumulation": {
    "description": "An epoch's last update may have fewer micro-batches: `mean` divides by their true number, `upstream` by gradient_accumulation_steps.",
    "enum": [
     "mean",
     "upstream"
    ],
    "default": "mean"
   },
   "epochs": {
    "description": "Passes over the dataset. Another number later is another run: it continues from what is saved where that gives the same result (constant schedules), and is trained from the beginning otherwise; `sidestep plan` says which.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000,
    "default": 100
   },
   "max_steps": {
    "description": "Stop after this many updates; the schedule is shortened to it. Unset: epochs decide.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000000
   },
   "dataset_repeats": {
    "description": "How often each sample occurs in an epoch.",
    "type": "integer",
    "minimum": 1,
    "maximum": 100000,
    "default": 1
   },
   "shuffle": {
    "description": "Order of the samples: `epoch` draws a new order for each epoch from the seed, `none` keeps the dataset's order.",
    "enum": [
     "epoch",
     "none"
    ],
    "default": "epoch"
   },
   "max_grad_norm": {
    "description": "Gradients are scaled down to this total L2 norm before each update. 0 turns clipping off.",
    "type": "number",
    "minimum": 0,
    "default": 1
   },
   "seed": {
    "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991,
    "default": 42
   },
   "precision": {
    "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "gradient_checkpointing": {
    "description": "Recompute activations in the backward pass to save memory: by default, or with the word `auto`, those of layers and parts of layers that do not fit in what the device has; `sidestep plan` shows which. It does not change the result.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "x-word": "auto",
    "properties": {
     "enabled": {
      "description": "Whether activations are recomputed where they do not fit. Otherwise all are kept, whether they fit or not.",
      "type": "boolean",
      "default": true
     },
     "ratio": {
      "description": "Share of the layers that recompute, evenly spread. Unset: as few as fit, and of them as small parts as fit.",
      "type": "number",
      "minimum": 0,
      "maximum": 1
     },
     "offload": {
      "description": "Keep the layers' inputs in page-locked memory of the host between forward and backward pass; they travel while layers are computed. A card then holds three of them instead of one a layer. Without effect on the CPU, where they are in that memory in any case.",
      "type": "boolean",
      "default": false
     }
    }
   },
   "crop": {
    "description": "Train on a random window of each song in place of the whole song.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "chunk_duration": {
      "description": "Length of the window in seconds; 60 or more is advised. Unset: the whole song.",
      "type": "number",
      "minimum": 1,
      "maximum": 3600
     },
     "max_latent_length": {
      "description": "Length of the window in latent frames (25 a second); wins over chunk_duration. Unset: chunk_duration decides.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000
     },
     "start": {
      "description": "`coverage` prefers parts of the song that were seen less often, `uniform` draws any start alike.",
      "enum": [
       "coverage",
       "uniform"
      ],
      "default": "coverage"
     },
     "decay_every_epochs": {
      "description": "The coverage counts are halved every so many epochs. 0 never halves them.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 10
     }
    }
   },
   "ema_decay": {
    "description": "Decay of a moving average of the adapter, kept beside it and used for validation and export. 0 turns it off; 0.9999 is usual.",
    "type": "number",
    "minimum": 0,
    "exclusiveMaximum": 1,
    "default": 0
   },
   "samples": {
    "description": "Music that the adapter makes on the way, to be listened to: in the run record, the report and TensorBoard. It never changes the adapter, and the noise is the same each time. A finished training is not done again for it: a `generate` stage makes music of its checkpoints. Unset: none is made.",
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "every_epochs": {
      "description": "Make clips at the end of every so many epochs. 0 makes none then.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 10
     },
     "every_steps": {
      "description": "Make clips after every so many updates. 0 makes none then.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000000,
      "default": 0
     },
     "before_first_step": {
      "description": "Also make them before anything is trained, to compare with.",
      "type": "boolean",
      "default": true
     },
     "prompts": {
      "description": "What to make. Unset: a song of the dataset in its own words.",
      "type": "array",
      "minItems": 1,
      "items": {
       "title": "ClipPrompt",
       "description": "A piece of music in words, or a song of the dataset; what is beside `sample` replaces what the song says.",
       "type": "object",
       "additionalProperties": false,
       "properties": {
        "caption": {
         "description": "What the music is like: genre, instruments, mood, voice, and the trigger word of the adapter. Unset: that of `sample`.",
         "type": "string",
         "minLength": 1
        },
        "name": {
         "description": "What its files are called. Unset: the beginning of the caption, or the song's name.",
         "type": "string",
         "minLength": 1,
         "maxLength": 80
        },
        "sample": {
         "description": "A song of the dataset by its name, whose caption, lyrics and metadata are taken. Unset: `caption` says it.",
         "type": "string",
         "minLength": 1
        },
        "lyrics": {
         "description": "The words that are sung. Unset: those of `sample`, else [Instrumental].",
         "type": "string"
        },
        "language": {
         "description": "Language of the lyrics by its code, such as `en`. Unset: that of `sample`, else unknown.",
         "type": "string",
         "minLength": 1
        },
        "bpm": {
         "description": "Beats per minute. Unset: those of `sample`, else N/A.",
         "type": [
          "string",
          "number"
         ],
         "exclusiveMinimum": 0,
         "maximum": 999,
         "pattern": "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$",
         "examples": [
          72
         ]
        },
        "keyscale": {
         "description": "Key and scale, such as `A minor`. Unset: that of `sample`, else N/A.",
         "type": "string"
        },
        "timesignature": {
         "description": "Time signature, such as 4 or `3/4`. Unset: that of `sample`, else N/A.",
         "type": [
          "string",
          "number"
         ],
         "minimum": 1,
         "maximum": 99,
         "pattern": "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$",
         "examples": [
          "3/4"
         ]
        },
        "duration": {
         "description": "Length in seconds; at most as long as the model's silence. Unset: that of `sample`, else 30.",
         "type": "number",
         "exclusiveMinimum": 0,
         "maximum": 3600
        }
       }
      }
     },
     "dataset": {
      "x-implied": "dataset",
      "description": "Where prompts with `sample` find their songs: `${stages.NAME}` of a `dataset` or `caption` stage. Unset: the pipeline's only one.",
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "dataset",
       "join",
       "analyze",
       "caption"
      ]
     },
     "seeds": {
      "description": "Every prompt is made once for each.",
      "type": "array",
      "minItems": 1,
      "uniqueItems": true,
      "items": {
       "type": "integer",
       "minimum": 0,
       "maximum": 9007199254740991
      },
      "default": [
       1
      ]
     },
     "strengths": {
      "description": "How strongly the adapter acts: 1 as it is trained. 0 is the model alone, which sounds the same at every step and is made once.",
      "type": "array",
      "minItems": 1,
      "uniqueItems": true,
      "items": {
       "type": "number",
       "minimum": -10,
       "maximum": 10
      },
      "default": [
       1
      ]
     },
     "steps": {
      "description": "Evaluations of the model from noise to music. Unset: 8 for turbo models, 50 for base and sft.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000
     },
     "guidance_scale": {
      "description": "How strongly the prompt's direction is strengthened; 1 is without. Unset: 7 for base and sft models, none for turbo.",
      "type": "number",
      "minimum": 1,
      "maximum": 100
     },
     "duration": {
      "description": "Length in seconds of prompts that do not say theirs.",
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 3600,
      "default": 30
     }
    }
   },
   "validation": {
    "description": "Loss on samples that are not trained on, with noise and timesteps that never change, so that the same weights always give the same number.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "fraction": {
      "description": "Share of the samples that is held out, chosen by their content. 0 holds out none.",
      "type": "number",
      "minimum": 0,
      "maximum": 0.5,
      "default": 0
     },
     "tensors": {
      "description": "Samples for validation alone: `${stages.NAME}` of a `preprocess.pass2` stage, a folder, or a list of them. Unset: the fraction decides.",
      "type": [
       "string",
       "array"
      ],
      "minLength": 1,
      "minItems": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder",
      "items": {
       "description": "Samples by their stage or folder, or as `from` with `repeats` or `share`.",
       "type": [
        "string",
        "object"
       ],
       "minLength": 1,
       "x-stage": [
        "preprocess.pass2",
        "command"
       ],
       "x-path": "folder",
       "additionalProperties": false,
       "required": [
        "from"
       ],
       "properties": {
        "from": {
         "description": "The stage or folder whose samples are meant.",
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "preprocess.pass2",
          "command"
         ],
         "x-path": "folder"
        },
        "repeats": {
         "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
         "type": "integer",
         "minimum": 1,
         "maximum": 100000
        },
        "share": {
         "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
         "type": "number",
         "exclusiveMinimum": 0,
         "maximum": 1000000
        }
       }
      }
     },
     "every_epochs": {
      "description": "Validate after every so many epochs; also once before the first step.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000,
      "default": 1
     },
     "timesteps": {
      "description": "Timesteps at which every held-out sample is judged.",
      "type": "array",
      "minItems": 1,
      "maxItems": 100,
      "items": {
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1
      },
      "default": [
       0.1,
       0.3,
       0.5,
       0.7,
       0.9
      ]
     },
     "draws": {
      "description": "Fixed noises for each sample and timestep.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000,
      "default": 1
     },
     "seed": {
      "description": "Seed of those noises; apart from the training seed, so that runs with other seeds stay comparable.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991,
      "default": 1234
     }
    }
   },
   "checkpoint": {
    "description": "When the state of the run is written. Every checkpoint can be resumed and used for inference.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "every_epochs": {
      "description": "Write one after every so many epochs. 0 writes none by epochs.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 10
     },
     "every_steps": {
      "description": "Write one after every so many updates. 0 writes none by steps.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000000,
      "default": 0
     },
     "every_minutes": {
      "description": "Write one after so many minutes without one. Which steps that hits depends on the machine, so two runs keep different checkpoints; the adapter at the end is the same. 0 writes none by the clock.",
      "type": "number",
      "minimum": 0,
      "maximum": 100000,
      "default": 0
     },
     "keep_last": {
      "description": "How many of the newest are kept. 0 keeps all.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 0
     },
     "keep_every": {
      "description": "Beside the newest, every so many-th is kept to the end: with `every_epochs: 10` and `keep_every: 5` those of epochs 50, 100 and so on; of `every_steps` likewise. Those by the clock are not counted. 0 keeps only the newest.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 0
     },
     "keep_best": {
      "description": "1 keeps the adapter with the lowest validation loss (smoothed training loss without validation) as well, as `best`; 0 does not.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1,
      "default": 1
     },
     "best_after_epoch": {
      "description": "Epochs before a checkpoint can count as best.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 0
     },
     "best_window": {
      "description": "Epochs over which the training loss is smoothed for that.",
      "type": "integer",
      "minimum": 1,
      "maximum": 100000,
      "default": 5
     },
     "best_min_delta": {
      "description": "By how much the loss must fall to count as better.",
      "type": "number",
      "minimum": 0,
      "default": 0.001
     }
    }
   },
   "early_stop": {
    "description": "End the run when the loss no longer falls.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "patience": {
      "description": "Epochs without improvement before the run ends. 0 turns it off.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000,
      "default": 0
     },
     "min_delta": {
      "description": "By how much the loss must fall to count as improvement.",
      "type": "number",
      "minimum": 0,
      "default": 0.001
     }
    }
   },
   "target_loss": {
    "description": "Lower the learning rate as the smoothed loss comes near a target, in place of training past it.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "loss": {
      "description": "The target. 0 turns it off.",
      "type": "number",
      "minimum": 0,
      "default": 0
     },
     "floor": {
      "description": "Smallest share of the learning rate that is left.",
      "type": "number",
      "minimum": 0,
      "maximum": 1,
      "default": 0.01
     },
     "warmup_steps": {
      "description": "Updates before it acts.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000000,
      "default": 50
     },
     "smoothing": {
      "description": "Decay of the moving average of the loss.",
      "type": "number",
      "minimum": 0,
      "exclusiveMaximum": 1,
      "default": 0.98
     }
    }
   },
   "logging": {
    "description": "What is written down during the run. It does not change the result.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "log_every": {
      "description": "Loss and learning rate every so many updates.",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000,
      "default": 10
     },
     "log_heavy_every": {
      "description": "Gradient norms of every layer, and which timesteps were drawn, every so many updates. 0 never.",
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000000,
      "default": 50
     },
     "tensorboard": {
      "description": "Write TensorBoard event files.",
      "type": "boolean",
      "default": true
     },
     "log_dir": {
      "description": "Folder for the TensorBoard files. Unset: `runs` in output_dir; without output_dir `tensorboard` in the run record, .sidestep/runs/RUN.",
      "type": "string",
      "minLength": 1,
      "x-path": "output"
     }
    }
   },
   "resume": {
    "description": "What a run does with earlier work of the same stage: `exact` continues from it where that gives the bytes of a first run and trains from the beginning otherwise (`sidestep plan` says which and why); `fork` goes on from the newest weights with the new settings, so that its result depends on what ran before; `fresh` starts at the beginning. An interrupted run always continues itself.",
    "enum": [
     "exact",
     "fork",
     "fresh"
    ],
    "default": "exact"
   },
   "resume_from": {
    "description": "What to go on from: `${stages.NAME}` of another `train` stage, a checkpoint folder (this program's, or Side-Step's with training_state.pt), or any adapter, whose weights then begin at step 0. Settings that would make it neither run are refused unless `resume: fork` asks for them. Unset: this stage's own saved state, if any.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "train",
     "command"
    ],
    "x-path": "folder"
   },
   "max_nonfinite_steps": {
    "description": "The run ends with a diagnosis after so many micro-batches in a row whose loss is not a finite number; each is skipped and counted.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000000,
    "default": 10
   },
   "inference": {
    "description": "Written into the adapter's metadata for programs that use it; training does not read it.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "shift": {
      "description": "Timestep shift at inference. Unset: 3.0 for turbo models, 1.0 for base and sft.",
      "type": "number",
      "exclusiveMinimum": 0
     },
     "num_inference_steps": {
      "description": "Steps at inference. Unset: 8 for turbo models, 50 for base and sft.",
      "type": "integer",
      "minimum": 1,
      "maximum": 10000
     }
    }
   },
   "output_dir": {
    "description": "Folder in which the adapter and its checkpoints also appear. Unset: they stay in the cache; `export` writes them out.",
    "type": "string",
    "minLength": 1,
    "x-path": "output"
   }
  }
 },
 "stage.generate": {
  "title": "GenerateParameters",
  "description": "Makes music with the model, with and without an adapter, to be listened to. Each clip (prompt, seed, strength) is cached by itself.",
  "x-stage-type": {
   "order": 110,
   "does": "makes music with a model and an adapter"
  },
  "examples": [
   {
    "model": "${stages.scan}",
    "prompts": [
     {
      "caption": "slow blues"
     }
    ]
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "model",
   "prompts"
  ],
  "properties": {
   "model": {
    "description": "The scanned model: `${stages.NAME}` of a `scan` stage.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "adapter": {
    "description": "The adapter: `${stages.NAME}` of a `train` stage, or a folder or file in any layout that `inspect` reads. Unset: the model alone.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "train",
     "command"
    ],
    "x-path": "either"
   },
   "checkpoint": {
    "description": "Which state of the training run: `last`, `best` (lowest validation or smoothed loss), or a checkpoint's name such as `epoch_50` or `step_400`.",
    "type": "string",
    "pattern": "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$",
    "default": "last",
    "examples": [
     "last",
     "best",
     "epoch_50"
    ]
   },
   "training_songs": {
    "description": "The preprocessed samples that the adapter was trained on: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples; a list joins several, as in `train`. Each clip is compared with each of them, and the nearest is named. Unset: nothing is compared.",
    "type": [
     "string",
     "array"
    ],
    "minLength": 1,
    "minItems": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "items": {
     "description": "Samples by their stage or folder, or as `from` with `repeats` or `share`.",
     "type": [
      "string",
      "object"
     ],
     "minLength": 1,
     "x-stage": [
      "preprocess.pass2",
      "command"
     ],
     "x-path": "folder",
     "additionalProperties": false,
     "required": [
      "from"
     ],
     "properties": {
      "from": {
       "description": "The stage or folder whose samples are meant.",
       "type": "string",
       "minLength": 1,
       "x-stage": [
        "preprocess.pass2",
        "command"
       ],
       "x-path": "folder"
      },
      "repeats": {
       "description": "How often an epoch shows each of these samples, times what they say of themselves. Unset: once.",
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      },
      "share": {
       "description": "Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 1000000
      }
     }
    }
   },
   "strengths": {
    "description": "How strongly the adapter acts: 1 as it was trained, 0 is the model alone. Every prompt is made with each.",
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "type": "number",
     "minimum": -10,
     "maximum": 10
    },
    "default": [
     1
    ]
   },
   "prompts": {
    "description": "What to make.",
    "type": "array",
    "minItems": 1,
    "items": {
     "title": "ClipPrompt",
     "description": "A piece of music in words, or a song of the dataset; what is beside `sample` replaces what the song says.",
     "type": "object",
     "additionalProperties": false,
     "properties": {
      "caption": {
       "description": "What the music is like: genre, instruments, mood, voice, and the trigger word of the adapter. Unset: that of `sample`.",
       "type": "string",
       "minLength": 1
      },
      "name": {
       "description": "What its files are called. Unset: the beginning of the caption, or the song's name.",
       "type": "string",
       "minLength": 1,
       "maxLength": 80
      },
      "sample": {
       "description": "A song of the dataset by its name, whose caption, lyrics and metadata are taken. Unset: `caption` says it.",
       "type": "string",
       "minLength": 1
      },
      "lyrics": {
       "description": "The words that are sung. Unset: those of `sample`, else [Instrumental].",
       "type": "string"
      },
      "language": {
       "description": "Language of the lyrics by its code, such as `en`. Unset: that of `sample`, else unknown.",
       "type": "string",
       "minLength": 1
      },
      "bpm": {
       "description": "Beats per minute. Unset: those of `sample`, else N/A.",
       "type": [
        "string",
        "number"
       ],
       "exclusiveMinimum": 0,
       "maximum": 999,
       "pattern": "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$",
       "examples": [
        72
       ]
      },
      "keyscale": {
       "description": "Key and scale, such as `A minor`. Unset: that of `sample`, else N/A.",
       "type": "string"
      },
      "timesignature": {
       "description": "Time signature, such as 4 or `3/4`. Unset: that of `sample`, else N/A.",
       "type": [
        "string",
        "number"
       ],
       "minimum": 1,
       "maximum": 99,
       "pattern": "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$",
       "examples": [
        "3/4"
       ]
      },
      "duration": {
       "description": "Length in seconds; at most as long as the model's silence. Unset: that of `sample`, else 30.",
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 3600
      }
     }
    }
   },
   "dataset": {
    "x-implied": "dataset",
    "description": "Where prompts with `sample` find their songs: `${stages.NAME}` of a `dataset` or `caption` stage. Unset: the pipeline's only one.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ]
   },
   "seeds": {
    "description": "Every prompt is made once for each: the noise that the music grows out of. The same seed is the same noise for every prompt and strength.",
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "default": [
     1
    ]
   },
   "steps": {
    "description": "Evaluations of the model from noise to music. Unset: 8 for turbo models, 50 for base and sft.",
    "type": "integer",
    "minimum": 1,
    "maximum": 1000
   },
   "shift": {
    "description": "How early the steps are taken: above 1 more of them are near the noise. Turbo models know 1, 2 and 3. Unset: 3 for turbo models, 1 for base and sft.",
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 100
   },
   "timesteps": {
    "description": "The times themselves, from 1 (noise) to 0, for turbo models; each is taken to the nearest of the twenty they know. Unset: the schedule of `shift`.",
    "type": "array",
    "minItems": 1,
    "maxItems": 20,
    "items": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    }
   },
   "guidance": {
    "description": "How the prompt's direction is strengthened: `apg`, `adg` or plain `cfg`. Without effect for turbo models, which take none.",
    "enum": [
     "apg",
     "adg",
     "cfg"
    ],
    "default": "apg"
   },
   "guidance_scale": {
    "description": "How strongly; 1 is without guidance. Unset: 7 for base and sft models, none for turbo.",
    "type": "number",
    "minimum": 1,
    "maximum": 100
   },
   "interval": {
    "description": "Guidance acts while the time is between these two; 1 is noise.",
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    },
    "default": [
     0,
     1
    ]
   },
   "method": {
    "description": "`ode` follows the model's direction, `sde` adds fresh noise at every step.",
    "enum": [
     "ode",
     "sde"
    ],
    "default": "ode"
   },
   "solver": {
    "description": "`euler` takes one evaluation a step, `heun` two, which is more exact. Of base and sft models with `method: ode`.",
    "enum": [
     "euler",
     "heun"
    ],
    "default": "euler"
   },
   "velocity_norm_threshold": {
    "description": "The direction is shortened to at most this many times the length of the music so far. 0 never shortens it.",
    "type": "number",
    "minimum": 0,
    "default": 0
   },
   "velocity_ema_factor": {
    "description": "Share of the last step's direction in this one's. 0 takes each as it is.",
    "type": "number",
    "minimum": 0,
    "exclusiveMaximum": 1,
    "default": 0
   },
   "dcw": {
    "description": "Upstream's DCW: after every step the music is moved away from what the model takes for clean, by bands of time. Unset: none, as upstream without its optional package.",
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "mode": {
      "description": "`low` or `high` moves that band, `double` both, `pix` everything alike.",
      "enum": [
       "low",
       "high",
       "double",
       "pix"
      ],
      "default": "double"
     },
     "scaler": {
      "description": "How far, times the time (1 is noise); of the low band with `double`.",
      "type": "number",
      "minimum": -10,
      "maximum": 10,
      "default": 0.05
     },
     "high_scaler": {
      "description": "How far the high band is moved, with `mode: double`.",
      "type": "number",
      "minimum": -10,
      "maximum": 10,
      "default": 0.02
     }
    }
   },
   "format": {
    "description": "`wav`, or `flac`, which needs ffmpeg.",
    "enum": [
     "wav",
     "flac"
    ],
    "default": "wav"
   },
   "bits": {
    "description": "How each audio sample is stored: `16` or `24` bit integers, or `float` (32 bit, wav only). Integers cannot go beyond full scale: music that does is made quieter, and the stage says so.",
    "enum": [
     "16",
     "24",
     "float"
    ],
    "default": "16"
   },
   "output_dir": {
    "description": "Folder in which the clips, their pictures and `index.json` also appear. Unset: they stay in the cache.",
    "type": "string",
    "minLength": 1,
    "x-path": "output"
   },
   "precision": {
    "description": "Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "on_error": {
    "description": "What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.",
    "enum": [
     "fail",
     "skip"
    ],
    "default": "fail"
   }
  }
 },
 "stage.export": {
  "title": "ExportParameters",
  "description": "Writes a trained adapter in the layouts that other programs read, and reads each back under its reader's own rule.",
  "x-stage-type": {
   "order": 120,
   "does": "writes adapters for other programs"
  },
  "examples": [
   {
    "adapter": "${stages.train}"
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "adapter"
  ],
  "properties": {
   "adapter": {
    "description": "The adapter: `${stages.NAME}` of a `train` stage, or a folder or file that holds one.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "train",
     "command"
    ],
    "x-path": "either"
   },
   "formats": {
    "description": "What to write: `peft` (folder), `lycoris` (safetensors with LyCORIS names), `comfyui` (one file with an alpha for each module), `diffusers` (renamed layers), `merged` (the whole model with the adapter in it; needs `model`). PEFT reads lora, dora and oft, LyCORIS lokr and loha, ComfyUI all but oft, diffusers lora and dora. Unset: the form of the adapter's own library, `peft` or `lycoris`.",
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "enum": [
      "peft",
      "lycoris",
      "comfyui",
      "diffusers",
      "merged"
     ]
    }
   },
   "checkpoint": {
    "description": "Which state of the training run: `last`, `best` (lowest validation or smoothed loss), or a checkpoint's name such as `epoch_50` or `step_400`.",
    "type": "string",
    "x-form": "last, best, epoch_N or step_N",
    "pattern": "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$",
    "default": "last",
    "examples": [
     "last",
     "best",
     "epoch_50"
    ]
   },
   "weights": {
    "description": "`ema` writes the moving average when training kept one, `raw` the weights themselves.",
    "enum": [
     "ema",
     "raw"
    ],
    "default": "ema"
   },
   "scale": {
    "description": "`baked` multiplies the scale into the weights so that alpha equals rank and every reader agrees; `trained` keeps alpha. `auto` bakes for comfyui and diffusers and keeps alpha for peft and lycoris.",
    "enum": [
     "auto",
     "baked",
     "trained"
    ],
    "default": "auto"
   },
   "key_style": {
    "description": "Names of the tensors in a comfyui file: `native` starts them with base_model.model, as ACE-Step names them, `generic` with diffusion_model.decoder.",
    "enum": [
     "native",
     "generic"
    ],
    "default": "native"
   },
   "key_prefix": {
    "description": "Prefix of the tensor names in a comfyui file, in place of the one that key_style gives. Unset: key_style decides.",
    "type": "string",
    "minLength": 1
   },
   "dtype": {
    "description": "Number format of the written tensors. `auto` keeps that of the adapter.",
    "enum": [
     "auto",
     "f32",
     "bf16",
     "f16"
    ],
    "default": "auto"
   },
   "model": {
    "description": "The base model: `${stages.NAME}` of a `scan` stage. Needed for `merged`, and for DoRA and `weight_decompose`, whose change depends on the base weights; with it every module is checked against the model. Unset: the one that the adapter's train stage names.",
    "type": "string",
    "minLength": 1,
    "x-stage": [
     "scan"
    ]
   },
   "name": {
    "x-implied": "pipeline_name",
    "description": "File name of the exported adapter, without ending. Unset: the pipeline's name.",
    "type": "string",
    "x-form": "a file name without / and \\",
    "pattern": "^[^/\\\\]+$",
    "minLength": 1,
    "maxLength": 200
   },
   "output_dir": {
    "description": "Folder in which the exported files appear.",
    "type": "string",
    "minLength": 1,
    "default": "./output",
    "x-path": "output"
   },
   "metadata": {
    "description": "What other programs show about the adapter.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "title": {
      "description": "Title. Unset: the name.",
      "type": "string"
     },
     "author": {
      "description": "Who made it. Unset: left out.",
      "type": "string"
     },
     "license": {
      "description": "Licence, as an SPDX name where there is one. Unset: left out.",
      "type": "string"
     },
     "description": {
      "description": "What it sounds like and how to use it. Unset: left out.",
      "type": "string"
     },
     "trigger": {
      "description": "Word that calls the style up in a prompt. Unset: the dataset's custom tag.",
      "type": "string"
     },
     "tags": {
      "description": "Search words.",
      "type": "array",
      "items": {
       "type": "string"
      },
      "default": []
     }
    }
   },
   "card": {
    "description": "The model card: a README.md beside every exported adapter, which says how it was trained and how to use it, with the front matter that the Hugging Face Hub reads. It names no path and, unless `songs` asks for it, no song.",
    "type": "object",
    "additionalProperties": false,
    "default": {},
    "properties": {
     "enabled": {
      "description": "Write the card.",
      "type": "boolean",
      "default": true
     },
     "text": {
      "description": "What the card says first, in Markdown. Unset: the description under `metadata`.",
      "type": "string",
      "minLength": 1
     },
     "base_model": {
      "description": "The base model's name on the Hugging Face Hub. Unset: known of the official models, left out for others.",
      "type": "string",
      "x-form": "owner/name",
      "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$",
      "examples": [
       "ACE-Step/acestep-v15-base"
      ]
     },
     "conditioning": {
      "description": "How the texts of the songs became conditions. Unset: as the preprocessing stages behind the train stage have it.",
      "enum": [
       "inference",
       "upstream"
      ]
     },
     "songs": {
      "description": "A `dataset`, `join`, `analyze` or `caption` stage whose songs the card names. Unset: songs are counted, and none is named.",
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "dataset",
       "join",
       "analyze",
       "caption"
      ]
     }
    }
   }
  }
 },
 "stage.fixture": {
  "title": "FixtureParameters",
  "description": "Writes a tiny random checkpoint in the real layout and a few short clips of synthesised music, for smoke tests without downloads. Outputs: checkpoint_dir, audio_dir, dataset_json.",
  "x-stage-type": {
   "order": 130,
   "does": "makes a tiny model and songs for tests",
   "in_settings": false
  },
  "examples": [
   {}
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [],
  "properties": {
   "model": {
    "description": "Which variant's folder and config the checkpoint imitates.",
    "enum": [
     "turbo",
     "base",
     "sft",
     "xl-turbo",
     "xl-base",
     "xl-sft"
    ],
    "default": "turbo"
   },
   "clips": {
    "description": "How many clips of music.",
    "type": "integer",
    "minimum": 1,
    "maximum": 10000,
    "default": 3
   },
   "clip_duration": {
    "description": "Length of a clip in seconds.",
    "type": "number",
    "minimum": 0.5,
    "maximum": 600,
    "default": 4
   },
   "hidden_size": {
    "description": "Width of the tiny transformer.",
    "type": "integer",
    "minimum": 16,
    "maximum": 4096,
    "multipleOf": 16,
    "default": 64
   },
   "layers": {
    "description": "Layers of the tiny transformer.",
    "type": "integer",
    "minimum": 1,
    "maximum": 64,
    "default": 2
   },
   "seed": {
    "description": "Seed of every random draw of this stage. The same seed and inputs give the same bytes.",
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991,
    "default": 42
   }
  }
 },
 "stage.command": {
  "title": "CommandParameters",
  "description": "Runs a program of your own, cached like any stage: it runs again only when the command, its environment or an input changes.",
  "x-stage-type": {
   "order": 140,
   "does": "runs a program of yours",
   "in_settings": false
  },
  "examples": [
   {
    "argv": [
     "true"
    ]
   }
  ],
  "type": "object",
  "additionalProperties": false,
  "required": [
   "argv"
  ],
  "properties": {
   "argv": {
    "description": "The program and its arguments, one list element each; no shell reads them. `${inputs.NAME}` and `${outputs.NAME}` stand for the paths declared below, `$${` for the two characters themselves. Numbers arrive as they are written here.",
    "type": "array",
    "minItems": 1,
    "items": {
     "type": [
      "string",
      "number"
     ],
     "x-text": "as_written"
    },
    "examples": [
     [
      "python3",
      "tag.py",
      "${inputs.songs}",
      "${outputs.tags}"
     ]
    ]
   },
   "inputs": {
    "description": "Files and folders the command reads, by name: a path, or `${stages.NAME}` or `${stages.NAME.output}`. Their content is part of the fingerprint.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    },
    "additionalProperties": {
     "description": "A file, a folder, or a stage's output.",
     "type": "string",
     "minLength": 1,
     "x-path": "either",
     "x-stage": [
      "*"
     ]
    }
   },
   "outputs": {
    "description": "Files and folders the command writes, by name, relative to the folder it is given (environment variable SIDESTEP_OUTPUT_DIR). Later stages use them as `${stages.ID.NAME}`.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    },
    "additionalProperties": {
     "description": "A relative path that stays inside the output folder.",
     "type": "string",
     "minLength": 1,
     "x-form": "a relative path that stays inside the output folder",
     "pattern": "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$"
    }
   },
   "environment": {
    "description": "Environment variables for the command. Of yours it gets only those that programs need to start: PATH, HOME, USER, SHELL, TERM, language and time zone, temporary folders, XDG folders, library paths, virtual environments, proxies and certificates, CUDA's choice of cards, and what Slurm says of its job. `${inputs.NAME}`, `${outputs.NAME}` and `${secrets.NAME}` may be used. The text here is part of the fingerprint, a secret's value is not.",
    "type": "object",
    "default": {},
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    },
    "additionalProperties": {
     "description": "The variable's value.",
     "type": [
      "string",
      "number",
      "boolean"
     ],
     "x-text": "as_written"
    }
   },
   "services": {
    "description": "Programs that run beside the command, such as a local server, by name. Each is started before it, in this order, and is waited for until it is ready; when the command has ended, in whatever way, they are ended too, with all that they started. They have the command's environment and folder. Unset: none.",
    "type": "object",
    "examples": [
     {
      "captions": {
       "argv": [
        "llama-server",
        "--port",
        8080
       ],
       "ready": {
        "url": "http://127.0.0.1:8080/health"
       }
      }
     }
    ],
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
    },
    "additionalProperties": {
     "title": "CommandService",
     "description": "One such program.",
     "type": "object",
     "additionalProperties": false,
     "required": [
      "argv",
      "ready"
     ],
     "properties": {
      "argv": {
       "description": "The program and its arguments, as those of the command. `${inputs.NAME}` may be used.",
       "type": "array",
       "minItems": 1,
       "items": {
        "type": [
         "string",
         "number"
        ],
        "x-text": "as_written"
       },
       "examples": [
        [
         "python3",
         "-m",
         "http.server",
         "8123",
         "--bind",
         "127.0.0.1"
        ]
       ]
      },
      "ready": {
       "description": "What shows that it can be used: a port of this machine takes connections, an address answers with a status below 400, or it prints a line with a text in it. Of several, all must hold.",
       "type": "object",
       "additionalProperties": false,
       "minProperties": 1,
       "properties": {
        "port": {
         "description": "Number of a TCP port of this machine. Unset: none is tried.",
         "type": "integer",
         "minimum": 1,
         "maximum": 65535
        },
        "url": {
         "description": "Address that answers. Unset: none is asked.",
         "type": "string",
         "pattern": "^https?://",
         "x-form": "an http:// or https:// address"
        },
        "line": {
         "description": "Text within a line that it prints. Unset: nothing is waited for.",
         "type": "string",
         "minLength": 1
        }
       }
      },
      "ready_within": {
       "description": "Seconds it may take until then.",
       "type": "number",
       "exclusiveMinimum": 0,
       "default": 60
      }
     }
    }
   },
   "working_dir": {
    "description": "Folder the command runs in; it must exist.",
    "type": "string",
    "minLength": 1,
    "default": ".",
    "x-path": "folder"
   },
   "version": {
    "description": "Any text. Change it to make the command run again, for instance after a new version of the program.",
    "type": "string",
    "default": ""
   }
  }
 }
};
