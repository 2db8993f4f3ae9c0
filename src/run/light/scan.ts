import {join} from 'node:path';
import {writeFile} from '../../base/write-file.js';
import {scanModel} from '../../model/scan-model.js';
import {parametersOf} from '../../stage/parameters.js';
import {type LightContext, pathOf} from '../light-stage.js';

/** The `scan` stage: finds the model and leaves `model.json`. Throws `model/*`. */
export async function lightScan(context: LightContext): Promise<void> {
  const {model, base_model} = parametersOf('scan', context.params);
  const checkpoint_dir = pathOf(context, 'checkpoint_dir')!;
  const hashFile = async (path: string) => {
    context.signal.throwIfAborted();
    context.emit({kind: 'phase_started', phase: `hashing ${path.slice(checkpoint_dir.length + 1)}`});
    return context.hashFile(path);
  };
  const scanned = await scanModel({checkpoint_dir, model, base_model}, hashFile);
  await writeFile(join(context.out_dir, 'model.json'), `${JSON.stringify(scanned, null, 1)}\n`);
}
