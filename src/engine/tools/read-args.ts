import { isTooDeep, parseArguments } from './arguments.ts';

/**
 * The arguments as parsed JSON, of any type; as the raw text if they are not JSON, or are nested too deep. An empty
 * text means no arguments.
 */
export function readArgs(raw: string): unknown {
  const parsed = parseArguments(raw);
  if ('args' in parsed) return parsed.args;
  return parsed.kind === 'invalid-json' || isTooDeep(raw) ? raw : (JSON.parse(raw) as unknown);
}
