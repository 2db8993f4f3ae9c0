import type {StageType} from './stage-type.js';
import {command} from './command.js';

/** Every stage type there is, by the name `uses:` gives it. Adding one: see docs/adding-a-stage.md. */
export const stageTypes: ReadonlyMap<string, StageType> = new Map([command].map((type) => [type.name, type]));
