import { callBugs, testSmallest } from './bugs.ts';

testSmallest(callBugs);
