/** Finds the texts of the project that people read: comments, messages, test titles and documentation. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

export interface Prose {
  kind: 'comment' | 'message' | 'title' | 'documentation';
  file: string;
  /** From 1. */
  line: number;
  text: string;
}

const titleCall = /^(test|it|describe|scenarioTest)\b/;
const snapshotCall = /InlineSnapshot$/;

/** Returns the comments, messages and titles of a TypeScript file. A message is a text of several words. */
export function proseOf(source: ts.SourceFile): Prose[] {
  const found: Prose[] = [];
  const { fileName: file, text } = source;
  const add = (kind: Prose['kind'], position: number, words: string) =>
    found.push({ kind, file, line: source.getLineAndCharacterOfPosition(position).line + 1, text: words });
  const literals: [start: number, end: number][] = [];
  const visit = (node: ts.Node) => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isRegularExpressionLiteral(node) ||
      ts.isTemplateLiteralToken(node)
    )
      literals.push([node.getStart(source), node.end]);
    if (isText(node)) {
      const words = wordsOf(node);
      const call = ts.isCallExpression(node.parent) && node.parent.arguments[0] === node;
      const called = call ? node.parent.expression.getText(source) : '';
      if (titleCall.test(called)) add('title', node.getStart(source), words);
      else if (/[a-z,.:] [a-z]/i.test(words) && !snapshotCall.test(called))
        add('message', node.getStart(source), words);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  // Comments are searched in the text without its literals, so that a URL in a string is not a comment.
  let withoutLiterals = '';
  for (const [start, end] of literals)
    withoutLiterals += text.slice(withoutLiterals.length, start) + ' '.repeat(end - start);
  withoutLiterals += text.slice(withoutLiterals.length);
  for (const match of withoutLiterals.matchAll(/((?<=^|\n) *\/\/.*\n)+|\/\/.*|\/\*[^]*?\*\//g)) {
    const words = match[0].replaceAll(/^\s*(\/\/|\/\*\*?|\*\/|\*)|\*\/$/gm, '');
    add('comment', match.index, words.replaceAll(/\s+/g, ' ').trim());
  }
  return found;
}

type Text = ts.StringLiteralLike | ts.TemplateExpression;

function isText(node: ts.Node): node is Text {
  return (
    (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) &&
    !ts.isImportDeclaration(node.parent) &&
    !ts.isExportDeclaration(node.parent) &&
    !ts.isTypeNode(node.parent)
  );
}

/** The text, with "…" for each value. */
function wordsOf(node: Text): string {
  return ts.isTemplateExpression(node)
    ? node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')
    : node.text;
}

/** Returns the paragraphs, list items and table rows of a Markdown file, without code. */
export function paragraphsOf(file: string): Prose[] {
  const code = /^```[^]*?^```/gm;
  const blank = (block: string) => block.replaceAll(/[^\n]/g, '');
  const text = readFileSync(file, 'utf8')
    .replaceAll(code, blank)
    .replaceAll(/`[^`\n]*`/g, (span) => '`'.repeat(span.length));
  const paragraph =
    /(?:^(?!\s*$)(?!\s*[-*|#] |\s*\d+\. ).*\n?)+|^\s*(?:[-*|#]|\d+\.) .*(?:\n(?!\s*$)(?!\s*[-*|#] |\s*\d+\. ).*)*/gm;
  return [...text.matchAll(paragraph)].map((match) => ({
    kind: 'documentation',
    file,
    line: text.slice(0, match.index).split('\n').length,
    text: match[0].replaceAll(/\s+/g, ' ').trim(),
  }));
}
