/** Why a file could not be used, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'permission was denied',
    EPERM: 'permission was denied',
    EROFS: 'it is on a read-only file system',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is a file',
    EEXIST: 'a part of its path is a file',
    ENAMETOOLONG: 'its name is too long',
    ENOSPC: 'no space is left',
  };
  return (code !== undefined && reasons[code]) || message;
}
