import { isDeepStrictEqual } from 'node:util';
import { setOwn } from '../../engine/values/copy.ts';
import { findSecrets, isSecretName, isSecretNumber } from '../../secrets/secrets.ts';

/** Context variables as they can be written to a file, and why others cannot. */
export interface StorableVariables {
  readonly variables: object | undefined;
  /** Words for each that is left out: `"db" (no JSON)`. */
  readonly leftOut: readonly string[];
}

/** What of context variables may stand in a file that is kept with the code: JSON, and no secrets. */
export function storableVariables(contextVariables: object | undefined): StorableVariables {
  if (contextVariables === undefined) return { variables: undefined, leftOut: [] };
  const variables = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(contextVariables)) {
    if (!isJson(value)) leftOut.push(`${JSON.stringify(name)} (no JSON)`);
    else if (holdsSecret(name, value)) leftOut.push(`${JSON.stringify(name)} (perhaps a secret)`);
    else setOwn(variables, name, value);
  }
  return { variables: Object.keys(variables).length === 0 ? undefined : variables, leftOut };
}

/** Whether a value comes back from a file as it is. */
export function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}

/** A text without what looks like a secret. */
export function withoutSecrets(text: string): string {
  let shown = '';
  let from = 0;
  for (const { start, end, kind } of secretsIn(text)) {
    shown += `${text.slice(from, start)}<${kind}>`;
    from = end;
  }
  return shown + text.slice(from);
}

/** Whether a value under a name is a secret, or holds one. */
export function holdsSecret(name: string, value: unknown): boolean {
  if (typeof value === 'string') return (value !== '' && isSecretName(name)) || secretsIn(value).length > 0;
  if (typeof value === 'number') return isSecretNumber(name);
  if (typeof value !== 'object' || value === null) return false;
  // What stands within a secret is one, whatever it is called there.
  const isSecret = isSecretName(name);
  return Object.entries(value).some(([key, item]) =>
    holdsSecret(Array.isArray(value) || isSecret ? name : key, item),
  );
}

/** An address of a user is what tests are full of. */
function secretsIn(text: string) {
  return findSecrets(text).filter(({ kind }) => kind !== 'email');
}
