import { rmSync } from 'node:fs';
import { findEndpoints } from './endpoints.ts';
import { STATE } from './paths.ts';

if (findEndpoints())
  throw new Error('Cannot clean: a pipeline is running; stop it first (Ctrl-C in its terminal)');
rmSync(STATE, { recursive: true, force: true });
console.log('Removed .cartograph');
