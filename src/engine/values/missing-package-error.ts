/** Thrown when an optional package is needed, but cannot be loaded. The error of the import is its `cause`. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
  /** What needs the package: `The transport "http"`. */
  readonly where: string;
  /** The name of the package. */
  readonly package: string;
  /** The command that installs the package. */
  readonly command: string;

  /** @internal Created where the package is imported. */
  constructor(where: string, name: string, options: { cause: unknown; isForTests?: boolean }) {
    const command = `npm install ${options.isForTests ? '--save-dev ' : ''}${name}`;
    super(`${where} needs the package "${name}". Install it: ${command}`, { cause: options.cause });
    this.where = where;
    this.package = name;
    this.command = command;
  }
}
