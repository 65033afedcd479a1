import { Agent, partialResponse, type Hooks } from 'swarmcheck';
import { callTool, runScenario, say, user, type StepUsage } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const editor = new Agent({
  name: 'Editor',
  functions: [
    function transfer_to_translator() {
      return translator;
    },
  ],
});
const translator = new Agent({
  name: 'Translator',
  functions: [
    function translate_page(book) {
      book.pages += 1;
      return `page ${book.pages} is translated`;
    },
  ],
});

class OverBudgetError extends Error {}

/** Counts the tokens of each agent, and ends a run that exceeds the budget. */
class TokenBudget implements Hooks {
  readonly used: Record<string, number> = {};
  readonly overBudget = new OverBudgetError('The tokens are used up.');
  readonly #budget: number;

  constructor(budget: number) {
    this.#budget = budget;
  }

  afterModel({ agent, completion }: Parameters<NonNullable<Hooks['afterModel']>>[0]): void {
    this.used[agent.name] = (this.used[agent.name] ?? 0) + (completion.usage?.total_tokens ?? 0);
    const total = Object.values(this.used).reduce((sum, tokens) => sum + tokens);
    if (total > this.#budget) throw this.overBudget;
  }
}

const tokens = (prompt_tokens: number, completion_tokens: number): { usage: StepUsage } => ({
  usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
});
const asked = user('Translate two pages.');
const handoff = callTool('transfer_to_translator', {}, tokens(30, 10));
const page = callTool('translate_page', {}, tokens(50, 20));
const scenario = { agent: editor, contextVariables: { pages: 0 } };

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'unstreamed';

  test(`a hook counts the tokens of each agent, ${how}`, async () => {
    const hooks = new TokenBudget(1000);
    const steps = [asked, handoff, page, page, say('Done.', tokens(90, 5))];
    const run = await runScenario({ ...scenario, hooks, steps }, { stream });

    expect(run).toHaveStoppedBecause('completed');
    expect(hooks.used).toEqual({ Editor: 40, Translator: 70 + 70 + 95 });
    // The hook does not change the run.
    expect(run).toHaveSameTraceAs(await runScenario({ ...scenario, steps }));
  });

  test(`a run over its token budget rejects with the hook's error and keeps a partial response, ${how}`, async () => {
    const hooks = new TokenBudget(120);
    // The answer that asks for the second page exceeds the budget, so that page is not translated.
    const steps = [asked, handoff, page, page];
    const overBudget = { ...scenario, steps, expect: { error: { name: 'OverBudgetError' } } };
    const run = await runScenario({ ...overBudget, hooks }, { stream });

    expect(run.error).toBe(hooks.overBudget);
    expect(run).toHaveStoppedBecause('failed');
    const reached = partialResponse(run.error);
    expect(reached?.agent).toBe(translator);
    expect(reached?.contextVariables).toEqual({ pages: 1 });
    const messages = reached?.messages.map(({ role, sender }) => sender ?? role);
    // The messages include the answer that exceeded the budget, because the model has already given it.
    expect(messages).toEqual(['Editor', 'tool', 'Translator', 'tool', 'Translator']);
    expect(reached?.messages.at(-2)?.content).toBe('page 1 is translated');
    expect(run).toHaveSameTraceAs(await runScenario({ ...overBudget, hooks: new TokenBudget(120) }));
  });
}
