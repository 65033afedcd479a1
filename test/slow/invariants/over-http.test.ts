import { groups, testChecks } from './between-runs.ts';

testChecks(groups.overHttp);
