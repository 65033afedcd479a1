import { Agent } from 'swarmcheck';
import type { Desk } from './desk.ts';
import { openHelpCenter } from './help-center.ts';
import { articleTools, sendEmail, submitTicket } from './tools.ts';

export interface SupportBotOptions {
  /** The folder of the articles that answer questions. */
  articles?: URL;
}

/**
 * Creates the agent that users talk to first. Returns a promise, because it reads and indexes the articles first;
 * importing this module reads nothing. One bot serves any number of conversations.
 */
export async function makeSupportBot({
  articles = new URL('./articles/', import.meta.url),
}: SupportBotOptions = {}): Promise<Agent<Desk>> {
  const tools = articleTools(await openHelpCenter(articles));

  const userInterface = new Agent<Desk>({
    name: 'User Interface',
    instructions:
      'You are the first whom users of Tuttiplan talk to, with which choirs plan their rehearsals. Greet them, and find out what ' +
      'they want. Transfer every question about Tuttiplan to the help center. Answer none yourself.',
    functions: [
      function transfer_to_help_center() {
        return helpCenter;
      },
    ],
  });

  const helpCenter = new Agent<Desk>({
    name: 'Help Center',
    instructions:
      'Answer questions about Tuttiplan from the articles of the help center, and from nothing else. Search, read the article, and ' +
      'then answer in a few words; end with its title in brackets. Where no article has the answer, or the search does not ' +
      'work, say so, and submit a ticket. Transfer the user back when they want nothing more.',
    functions: [
      ...tools,
      submitTicket,
      sendEmail,
      function transfer_to_user_interface() {
        return userInterface;
      },
    ],
  });

  return userInterface;
}
