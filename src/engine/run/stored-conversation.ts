import type { Message } from '../model/messages.ts';
import { isPlainObject } from '../values/copy.ts';
import { UsageError } from '../values/engine-errors.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';
import { valueWords } from '../values/value-words.ts';

interface State {
  id: string | undefined;
  messages: Message[];
  agent: string;
  contextVariables: object;
}

/** Reads the result of `Conversation.toJSON()`. Throws a TypeError for anything else. */
export function readState(state: unknown): State {
  if (!isPlainObject(state))
    throw wrong(sentence`it is ${{ given: valueWords(state) }}, not ${{ expected: 'a plain object' }}`);
  const { id, messages, agent, contextVariables } = state;
  if (typeof agent !== 'string')
    throw wrong(
      sentence`its ${{ field: 'agent' }} is ${{ given: valueWords(agent) }}, not ${{ expected: 'a name' }}`,
    );
  if (!Array.isArray(messages))
    throw wrong(
      sentence`its ${{ field: 'messages' }} are ${{ given: valueWords(messages) }}, not ${{ expected: 'a list' }}`,
    );
  const index = messages.findIndex(
    (message) => !isPlainObject(message) || typeof message['role'] !== 'string',
  );
  if (index >= 0)
    throw wrong(
      sentence`its ${{ field: `messages[${index}]` }} is ${{ given: valueWords(messages[index]) }} without a ${{ expected: 'role' }}`,
    );
  if (!isPlainObject(contextVariables))
    throw wrong(
      sentence`its ${{ field: 'contextVariables' }} are ${{ given: valueWords(contextVariables) }}, not ${{ expected: 'an object' }}`,
    );
  if (id !== undefined && typeof id !== 'string')
    throw wrong(
      sentence`its ${{ field: 'id' }} is ${{ given: valueWords(id) }}, not ${{ expected: 'a string' }}`,
    );
  return { id, messages: messages as Message[], agent, contextVariables };
}

function wrong(what: Sentence): UsageError {
  return new UsageError(
    sentence`This is not a stored conversation: ${what}. Pass the result of Conversation.toJSON(); if it was stored as text, parse it first.`,
  );
}

/** Throws a TypeError for a value that JSON cannot store and restore; `path` names it. */
export function assertJson(value: unknown, path: string, inside: readonly unknown[] = []): void {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return;
  // An undefined field is equivalent to an absent one; an undefined item of a list is not.
  if (value === undefined && !Array.isArray(inside.at(-1))) return;
  if (inside.includes(value))
    throw new UsageError(
      sentence`${{ field: path }} contains itself, which JSON cannot store. Use plain data.`,
    );
  const within = [...inside, value];
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertJson(item, `${path}[${index}]`, within);
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) assertJson(item, `${path}.${key}`, within);
  } else {
    throw new UsageError(
      sentence`${{ field: path }} is ${{ given: valueWords(value) }}, which JSON cannot store and restore. Use plain data.`,
    );
  }
}
