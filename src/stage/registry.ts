import {declared} from './declared.generated.js';
import type {StageType} from './stage-type.js';

/** Every stage type there is, by the name `uses:` gives it. Adding one: see docs/adding-a-stage.md. */
export const stageTypes: ReadonlyMap<string, StageType> = new Map(declared.map((type) => [type.name, type]));
