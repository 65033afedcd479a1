import { isDeepStrictEqual } from 'node:util';
import { setOwn } from '../../engine/values/copy.ts';
import { isSecretName, isSecretNumber, secretsIn } from '../../engine/values/secrets.ts';

/** The context variables that can be written to a file, and those that cannot. */
export interface StorableVariables {
  readonly variables: object | undefined;
  /** Each variable that is left out, with the reason: `"db" (not JSON)`. */
  readonly leftOut: readonly string[];
}

/** The context variables that may be saved in a file beside the code: those that are JSON and hold no secrets. */
export function storableVariables(contextVariables: object | undefined): StorableVariables {
  if (contextVariables === undefined) return { variables: undefined, leftOut: [] };
  const variables = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(contextVariables)) {
    if (!isJson(value)) leftOut.push(`${JSON.stringify(name)} (not JSON)`);
    else if (holdsSecret(name, value)) leftOut.push(`${JSON.stringify(name)} (possibly a secret)`);
    else setOwn(variables, name, value);
  }
  return { variables: Object.keys(variables).length === 0 ? undefined : variables, leftOut };
}

/** Whether a value stays equal when it is written as JSON and read again. */
export function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}

/** Whether a value with this name is a secret, or holds one. */
export function holdsSecret(name: string, value: unknown): boolean {
  if (typeof value === 'string') return (value !== '' && isSecretName(name)) || secretsIn(value).length > 0;
  if (typeof value === 'number') return isSecretNumber(name);
  if (typeof value !== 'object' || value === null) return false;
  // Everything inside a secret is secret, whatever it is called.
  const isSecret = isSecretName(name);
  return Object.entries(value).some(([key, item]) =>
    holdsSecret(Array.isArray(value) || isSecret ? name : key, item),
  );
}
