import {join} from 'node:path';

/** Where `npm install` leaves the native addon in a checkout. */
export const addonPath = join(import.meta.dirname, '../build/addon/Release/sidestep.node');
