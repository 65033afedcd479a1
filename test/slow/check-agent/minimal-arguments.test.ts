import { argumentBugs, testSmallest } from './bugs.ts';

testSmallest(argumentBugs);
