import { styleText } from 'node:util';

/** Formats a text, if colors are on. */
export type Style = (format: 'green' | 'red' | 'dim' | 'bold', text: string) => string;

/** A style with colors or without. */
export function styleFor(colour: boolean): Style {
  // The caller knows whether there is a terminal, so the stream is not validated here.
  return (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
}
