import { expect } from 'vitest';
import type { SwarmcheckMatchers } from './matchers.ts';
import { notingMatchers } from './repeated-script.ts';

declare module 'vitest' {
  interface Matchers<T = any> extends SwarmcheckMatchers<T> {}
}

expect.extend(notingMatchers());
