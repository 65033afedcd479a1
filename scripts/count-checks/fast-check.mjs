/** fast-check, but each property that is played is counted with its seed and its cases. */
import * as real from 'fast-check';

export * from 'fast-check';

/** A property that fails at its first case is a search for a value (a plainest argument), and no test. */
function count({ seed, numRuns, failed }) {
  if (!failed || numRuns > 1) globalThis.swarmcheckCount?.(seed, numRuns);
}

export function check(property, parameters) {
  const result = real.check(property, parameters);
  if (typeof result.then !== 'function') {
    count(result);
    return result;
  }
  return result.then((details) => {
    count(details);
    return details;
  });
}

/** As fast-check's own, over the counted check. */
export function assert(property, parameters) {
  let result;
  const counted = Object.create(property, {
    run: {
      value: (...args) => {
        cases++;
        return property.run(...args);
      },
    },
  });
  let cases = 0;
  const done = () => globalThis.swarmcheckCount?.(parameters?.seed ?? 0, cases);
  try {
    result = real.assert(counted, parameters);
  } catch (error) {
    done();
    throw error;
  }
  if (typeof result?.then === 'function') return result.finally(done);
  done();
  return result;
}

export default { ...real, check, assert };
