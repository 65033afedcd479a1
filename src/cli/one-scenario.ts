import type { LoadError } from '../report/run-report.ts';
import { findFiles, loadScenarios, type FoundScenario } from './load-scenarios.ts';

/** The one scenario that a command works on, with its file. */
export interface OneScenario extends FoundScenario {
  file: string;
}

/** The only scenario of a file, or the only one whose name contains the filter. */
export async function oneScenario(
  command: string,
  file: string,
  filter: string | undefined,
): Promise<OneScenario | LoadError> {
  const { files, errors } = await findFiles([file]);
  const [path, ...others] = files;
  if (errors[0]) return errors[0];
  if (path === undefined || others.length > 0)
    return {
      file,
      message: `This matches ${files.length} files, but ${command} takes only one: ${files.join(', ')}.`,
    };
  const loaded = await loadScenarios(path);
  if ('message' in loaded) return loaded;
  const wanted = filter?.toLowerCase() ?? '';
  const matching = loaded.scenarios.filter(({ name }) => name.toLowerCase().includes(wanted));
  // An exact name wins, because it may also be part of another name.
  const exact = matching.filter(({ name }) => name === filter);
  const found = exact.length === 1 ? exact : matching;
  const [first] = found;
  if (first && found.length === 1) return { ...first, file: path };
  const names = loaded.scenarios.map(({ name }) => JSON.stringify(name)).join(', ');
  return {
    file: path,
    message:
      found.length === 0
        ? `No scenario name contains ${JSON.stringify(filter)}. The names are: ${names}.`
        : `It has ${found.length} scenarios: ${names}. Choose one: --filter <part of its name>.`,
  };
}
