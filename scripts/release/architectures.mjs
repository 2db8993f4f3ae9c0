// `node scripts/release/architectures.mjs ampere`: what CMake is told of that generation of cards.
import {compiledModule} from '../compiled.mjs';

const {generations} = await compiledModule('app/engine/platforms');

const generation = generations.find(({name}) => name === process.argv[2]);
if (generation === undefined) {
  console.error(
    `There is no generation ${process.argv[2]}; there are ${generations.map(({name}) => name).join(', ')}`,
  );
  process.exit(1);
}
console.log(generation.architectures);
