import { expect } from 'vitest';
import { matchers, type SwarmcheckMatchers } from './matchers.ts';

declare module 'vitest' {
  interface Matchers<T = any> extends SwarmcheckMatchers<T> {}
}

expect.extend(matchers);
