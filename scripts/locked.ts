import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { version: string }>;
};

/** The name of a package with the version that is installed here, as npm install takes it. */
export function locked(name: string): string {
  return `${name}@${packages[`node_modules/${name}`]?.version}`;
}
