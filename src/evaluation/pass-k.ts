/**
 * An unbiased estimate of the probability that `k` independent runs of a case are all right, from `right` of `runs`
 * runs: C(right, k) / C(runs, k). See Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World
 * Domains" (arXiv:2406.12045). `k` is at most `runs`.
 */
export function passHat(right: number, runs: number, k: number): number {
  let share = 1;
  for (let index = 0; index < k; index++) share *= Math.max(right - index, 0) / (runs - index);
  return share;
}
