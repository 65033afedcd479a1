/**
 * Compares the run loop with a bare loop: microseconds per turn, and ratios to the bare loop in the same run.
 * Contestants take turns within each repetition, so that a busy machine slows all of them; the median is printed. Run
 * it with `npm run bench`.
 */
import { performance } from 'node:perf_hooks';
import { contestants } from './contestants.ts';

const sizes = [1, 5, 20, 100, 400];
const repetitions = 7;
/**
 * About the same number of turns for every size, so that each measurement takes a few tenths of a second at most.
 */
const turnsPerMeasurement = 20_000;

async function measure(run: () => Promise<unknown>, turns: number): Promise<number> {
  const runs = Math.max(5, Math.floor(turnsPerMeasurement / (turns + 2)));
  const start = performance.now();
  for (let index = 0; index < runs; index++) await run();
  return ((performance.now() - start) * 1000) / runs / (turns + 2);
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

const microseconds = new Map<string, Map<number, number>>();
for (const turns of sizes) {
  const prepared = contestants.map(({ name, prepare }) => ({
    name,
    run: prepare(turns),
    times: [] as number[],
  }));
  for (const { name, run } of prepared) {
    const { messages, agent } = await run();
    if (messages !== 2 * turns + 3 || agent !== 'Second')
      throw new Error(`${name} did different work: ${messages} messages, ended with ${agent}`);
    await measure(run, turns);
  }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const { run, times } of prepared) times.push(await measure(run, turns));
  }
  for (const { name, times } of prepared) {
    const bySize = microseconds.get(name) ?? new Map<number, number>();
    microseconds.set(name, bySize.set(turns, median(times)));
  }
}

const bareTimes = microseconds.get('bare loop')!;
const columns = sizes.map((turns) => `T=${turns} µs/turn`.padStart(15)).join('');
console.log(`Node ${process.version}, median of ${repetitions}\n`);
console.log(`${''.padEnd(34)}${columns}   x bare T=20  x bare T=400  growth 20→400`);
for (const [name, times] of microseconds) {
  const cells = sizes.map((turns) => times.get(turns)!.toFixed(2).padStart(15)).join('');
  const at20 = (times.get(20)! / bareTimes.get(20)!).toFixed(1).padStart(14);
  const at400 = (times.get(400)! / bareTimes.get(400)!).toFixed(1).padStart(14);
  console.log(
    `${name.padEnd(34)}${cells}${at20}${at400}${(times.get(400)! / times.get(20)!).toFixed(2).padStart(16)}`,
  );
}
