/** The maximum width of a line, unless a single value is longer. */
const width = 110;

/**
 * Lists under these names have many short items, such as the texts of chunks. Each line holds as many items as fit.
 */
const filledLists = new Set(['texts', 'arguments', 'ms']);

/** Lists under these names usually hold one object. Then the brackets take no line and no indent of their own. */
const tightLists = new Set(['choices', 'tool_calls']);

/**
 * JSON for people who review it: a value is on one line if it fits, and has a line for each item otherwise. Keys stay
 * in the order in which they were set; the same value always gives the same bytes.
 */
export function printJson(value: unknown): string {
  return `${print('', value, '', 0)}\n`;
}

/**
 * `taken` is the number of characters to leave free on a line: for a key before the value, and for a bracket or comma
 * after it.
 */
function print(key: string, value: unknown, indent: string, taken: number): string {
  if (!isContainer(value)) return JSON.stringify(value);
  const line = onOneLine(value, width - indent.length - taken);
  if (line !== undefined) return line;
  if (fieldsOf(value).length === 0) return empty(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const [only] = value as unknown[];
    if (value.length === 1 && tightLists.has(key) && isContainer(only))
      return `[${print('', only, indent, taken + 1)}]`;
    const items =
      filledLists.has(key) && !value.some(isContainer)
        ? filled(value, width - inner.length)
        : value.map((item) => print('', item, inner, 1));
    return `[\n${items.map((item) => inner + item).join(',\n')}\n${indent}]`;
  }
  const fields = fieldsOf(value).map(([name, item]) => {
    const start = `${JSON.stringify(name)}: `;
    return `${inner}${start}${print(name, item, inner, start.length + 1)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** The value on one line; undefined if that is longer than `longest`. */
function onOneLine(value: unknown, longest: number): string | undefined {
  if (longest < 0) return undefined;
  if (!isContainer(value)) {
    // Texts that are too long anyway are not encoded.
    if (typeof value === 'string' && value.length > longest) return undefined;
    const text = JSON.stringify(value);
    return text.length <= longest ? text : undefined;
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item) => ['', item] as const) : fieldsOf(value);
  if (entries.length === 0) return longest < 2 ? undefined : empty(value);
  let line = isList ? '[' : '{ ';
  const end = isList ? ']' : ' }';
  for (const [index, [key, item]] of entries.entries()) {
    if (index > 0) line += ', ';
    if (!isList) line += `${JSON.stringify(key)}: `;
    const text = onOneLine(item, longest - line.length - end.length);
    if (text === undefined) return undefined;
    line += text;
  }
  return line + end;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function empty(container: object): string {
  return Array.isArray(container) ? '[]' : '{}';
}

/** The fields that JSON.stringify prints: those that are undefined are left out. */
function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** Lines with as many items as fit. */
function filled(items: readonly unknown[], longest: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const text = JSON.stringify(item);
    if (line !== '' && line.length + text.length + 3 > longest) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : `, ${text}`;
  }
  return line === '' ? lines : [...lines, line];
}
