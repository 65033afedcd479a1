import { tool, type ToolContext } from 'swarmcheck';
import { z } from 'zod';
import type { Desk } from './desk.ts';
import type { HelpCenter } from './help-center.ts';

/** The tools that look things up in the articles. */
export function articleTools(helpCenter: HelpCenter) {
  return [
    tool({
      name: 'search_help_center',
      description: 'Finds articles by words in them. Of each it gives the id, the title and how it begins.',
      parameters: z.object({
        query: z.string().describe('A few words that matter'),
        limit: z.int().min(1).max(5).default(3),
      }),
      execute({ query, limit }) {
        const found = helpCenter.search(query, limit);
        if (found.length === 0) return `No article has anything about ${JSON.stringify(query)}.`;
        return found.map(({ id, title, text }) => ({ id, title, begins: firstSentence(text) }));
      },
    }),
    tool({
      name: 'read_article',
      description: 'Gives a whole article.',
      parameters: z.object({ id: z.string().describe('As search_help_center gives it') }),
      execute({ id }) {
        const { title, text } = helpCenter.read(id);
        return `# ${title}\n\n${text}`;
      },
    }),
  ];
}

function firstSentence(text: string): string {
  return /^[^]+?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}

export const submitTicket = tool({
  name: 'submit_ticket',
  description: 'Leaves a question to a person.',
  parameters: z.object({ subject: z.string(), description: z.string() }),
  execute({ subject, description }, { contextVariables: desk }: ToolContext<Desk>) {
    // Changed directly, not by a Result: otherwise two tickets of one turn would have the same number.
    desk.tickets ??= [];
    const number = `T-${desk.tickets.length + 1}`;
    desk.tickets.push({ number, subject, description });
    return `Ticket ${number} is open.`;
  },
});

export const sendEmail = tool({
  name: 'send_email',
  description: 'Sends an answer to an address, if the user asks for that.',
  parameters: z.object({ address: z.email(), message: z.string() }),
  execute({ address, message }, { contextVariables: desk }: ToolContext<Desk>) {
    desk.mails ??= [];
    desk.mails.push({ address, message });
    return `The mail is on its way to ${address}.`;
  },
});
