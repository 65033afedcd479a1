import { say, type Step } from 'swarmcheck/testing';

/** The model passes on all that tools have told it: so the last message shows what that was. */
export const passOn: Step = ({ messages }) =>
  say(messages.flatMap(({ role, content }) => (role === 'tool' ? [content as string] : [])).join(' '));
