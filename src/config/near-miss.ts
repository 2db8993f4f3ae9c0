export {didYouMean, distance, listed, nearMisses} from '../base/near-miss.js';
