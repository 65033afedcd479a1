import { runBugs, testSmallest } from './bugs.ts';

testSmallest(runBugs);
