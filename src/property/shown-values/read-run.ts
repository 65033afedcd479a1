import type { CompletionRequest } from '../../engine/model/provider.ts';
import type { TraceEvent } from '../../engine/run/events.ts';
import type { JsonSchema } from '../../engine/tools/json-schema.ts';
import { isPlainObject } from '../../engine/values/copy.ts';
import type { Dictionary, Way } from './dictionary.ts';
import { valuesInContent, valuesInData, valuesInText, type ShownValue } from './read-values.ts';
import { wordsOf } from './words.ts';

/** Adds the values that runs show to a dictionary. Each text is read once. */
export class RunReader {
  readonly #dictionary: Dictionary;
  readonly #read = new Set<string>();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** Reads the events of a run. `wayAfter` gives the steps up to a turn, which 0 begins. */
  read(events: readonly TraceEvent[], wayAfter: (turn: number) => Way): void {
    this.#dictionary.beginRun();
    let tools: CompletionRequest['tools'];
    for (const event of events) {
      if (event.type === 'model-request') ({ tools } = event.request);
      if (event.type !== 'tool-result') continue;
      this.#dictionary.noteSent(event.args);
      // A default is as good as sent: validation fills it in.
      const called = tools?.find(({ function: { name } }) => name === event.tool);
      for (const value of defaultsIn(called?.function.parameters)) this.#dictionary.noteSent(value);
    }
    for (const event of events) {
      const turn = 'turn' in event ? event.turn : 0;
      const add = (values: ShownValue[]) => this.#dictionary.add(values, wayAfter(turn));
      if (event.type === 'tool-result') {
        const { tool, error, content } = event;
        // The engine wrote the other answers, from what the model sent.
        if (error !== undefined && error !== 'threw') continue;
        const text = content.slice(0, longestContent).replace(failed, '');
        this.#once(`${tool}\n${text}`, () => add(valuesInContent(text, wordsOf(tool))));
      } else if (event.type === 'run-start' || event.type === 'context-change') {
        const data = event.type === 'run-start' ? event.contextVariables : event.set;
        // Context variables that cannot be written as JSON do not reach a model as values.
        this.#once(textOf(data), () => add(valuesInData(data, nowhere)));
      } else if (event.type === 'model-request') {
        for (const text of textsIn(event.request))
          this.#once(text, () => this.#dictionary.add(valuesInText(text, nowhere), wayAfter(turn - 1)));
      }
    }
  }

  #once(text: string, read: () => void): void {
    if (this.#read.has(text)) return;
    this.#read.add(text);
    read();
  }
}

/** The defaults of the arguments of a tool. */
function defaultsIn(schema: JsonSchema = {}): unknown[] {
  const { properties } = schema;
  return Object.values(isPlainObject(properties) ? properties : {}).flatMap((property) =>
    isPlainObject(property) && 'default' in property ? [property['default']] : [],
  );
}

/** The longest part of an answer that is read. Longer JSON is read as a text. */
const longestContent = 20_000;

/** The words of the engine before the message of an error. */
const failed = /^Error: Tool \S+ failed: /;

const nowhere = { near: [], far: [] };

function textOf(data: object): string {
  try {
    return JSON.stringify(data);
  } catch {
    return '';
  }
}

/** The instructions and the messages of users in a request. Answers of tools are read from their calls. */
function textsIn({ messages }: CompletionRequest): string[] {
  return messages.flatMap(({ role, content }) => {
    if (role === 'assistant' || role === 'tool') return [];
    if (typeof content === 'string') return content;
    return Array.isArray(content)
      ? content.flatMap((part) => ('text' in part && typeof part.text === 'string' ? part.text : []))
      : [];
  });
}
