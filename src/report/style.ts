import { styleText } from 'node:util';

/** Sets a text off, where there are colours. */
export type Style = (format: 'green' | 'red' | 'dim' | 'bold', text: string) => string;

/** Colours, or none. */
export function styleFor(colour: boolean): Style {
  // Whether there is a terminal is decided by the caller, so nothing is left to be validated here.
  return (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
}
