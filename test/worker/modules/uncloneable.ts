import { Result } from 'swarmcheck';

export function see(_args: object, contextVariables: object) {
  return contextVariables;
}

const secret = () => 1;

export function give_function() {
  return secret;
}

export function give_object_with_function() {
  return { secret };
}

export function give_symbol() {
  return Symbol('s');
}

export function set_function() {
  return new Result({ value: 'set', contextVariables: { secret } });
}

export function throw_function() {
  throw secret;
}
