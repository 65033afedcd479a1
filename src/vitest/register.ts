import { expect } from 'vitest';
import { traceSerializer } from '../trace/trace-serializer.ts';
import type { SwarmcheckMatchers } from './matchers.ts';
import { notingMatchers } from './repeated-script.ts';

declare module 'vitest' {
  interface Matchers<T = any> extends SwarmcheckMatchers<T> {}
}

expect.extend(notingMatchers());
expect.addSnapshotSerializer(traceSerializer);
