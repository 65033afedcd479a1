import { CassetteFileError } from '../errors.ts';
import type { Lane } from '../match/lane.ts';

/** Throws a CassetteFileError for a secret in what stands in the cassette as it is, because it is looked for as it is. */
export function checkNames(
  { conversation, secrets }: Lane,
  agent: string,
  model: string,
  path: string,
): void {
  const names = { conversation, agent, model };
  for (const [what, name] of Object.entries(names))
    if (name !== undefined && secrets.hideText(name) !== name)
      throw new CassetteFileError(
        `The name of the ${what} holds an e-mail address or another secret, and it would stand in ${path}. Name it otherwise, by an id for example.`,
        { problem: 'secret', file: path },
      );
}
