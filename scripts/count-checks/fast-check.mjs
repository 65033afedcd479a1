/** fast-check, but counts every run of a property, with its seed and its number of cases. */
import * as real from 'fast-check';

export * from 'fast-check';

/** A property that fails at its first case is a search for a value, such as the plainest argument, not a test. */
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

/** Like `assert` of fast-check, but counts the cases that run. */
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
