/**
 * A text that is safe for a terminal: control characters are escaped, since a tool's result or a file's name could
 * use them to move the cursor or to color the text that follows. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll(
    controls,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/**
 * The C0 and C1 controls (ECMA-48) except tab and line feed, DEL, the marks that change the direction of text, and
 * the Unicode separators of lines and paragraphs.
 */
const controls = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
