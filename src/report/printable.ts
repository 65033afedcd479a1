/**
 * A text as it may go to a terminal: control characters, with which a tool's result or a file's name
 * could move the cursor or colour what follows, are written out. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll(
    controls,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The C0 and C1 controls (ECMA-48) but for tab and line feed, DEL, the marks that turn the direction of text, and other ends of lines. */
const controls = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
