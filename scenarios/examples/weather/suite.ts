import { say, type Step } from 'swarmcheck/testing';

/** The model repeats all tool results, so that the final message shows them. */
export const passOn: Step = ({ messages }) =>
  say(messages.flatMap(({ role, content }) => (role === 'tool' ? [content as string] : [])).join(' '));
