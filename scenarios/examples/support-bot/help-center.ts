import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import MiniSearch from 'minisearch';

export interface Article {
  /** The name of the file, without `.md`. */
  id: string;
  title: string;
  /** The Markdown below the title. */
  text: string;
}

/** Articles in memory, with an index. After it is opened, it reads no more files. */
export interface HelpCenter {
  /** The best matches, the best first. */
  search(query: string, limit: number): Article[];
  /** Throws an error that tells a model what to do. */
  read(id: string): Article;
}

/** Reads every `.md` file in a folder, and indexes them. */
export async function openHelpCenter(folder: URL): Promise<HelpCenter> {
  const path = fileURLToPath(folder);
  const names = await readdir(path).catch((cause: unknown) => {
    throw new Error(`The folder of articles cannot be read: ${path}. Is there such a folder?`, { cause });
  });
  const files = names.filter((name) => name.endsWith('.md'));
  if (files.length === 0) throw new Error(`There are no articles in ${path}. Put a .md file there for each.`);
  return indexArticles(
    await Promise.all(files.map(async (name) => articleFrom(name, await readFile(join(path, name), 'utf8')))),
  );
}

function articleFrom(name: string, file: string): Article {
  // Git may check files out with Windows line endings.
  const [, title, text] = /^# (.+)\n+([^]+)$/.exec(file.replaceAll('\r\n', '\n').trim()) ?? [];
  if (title === undefined || text === undefined)
    throw new Error(`${name} is no article. It has to begin with "# " and a title, and go on with a text.`);
  return { id: name.replace(/\.md$/, ''), title, text };
}

/** Words that occur in all kinds of questions, and say nothing about the topic. */
const emptyWords = new Set(
  (
    'about all am an and any are as at be been but by can cannot could did do does for from get gets had has have he ' +
    'her him his how if in into is it its may me my no not of on or our out she should so some than that the their ' +
    'them then there they this to too up us was we were what when where which who why will with would you your'
  ).split(' '),
);

/** The index does not depend on the order of the articles. */
export function indexArticles(articles: readonly Article[]): HelpCenter {
  // Folders list their files in no fixed order, and equally good matches are found in the order of the index.
  const sorted = articles.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const byId = new Map(sorted.map((article) => [article.id, article]));
  const index = new MiniSearch<Article>({
    fields: ['title', 'text'],
    processTerm(word) {
      const term = word.toLowerCase();
      return term.length > 1 && !emptyWords.has(term) && term;
    },
    searchOptions: {
      boost: { title: 2 },
      prefix: (term) => term.length > 2,
      // One letter in five may be wrong, except in short words, which are too similar: "rent", "sent".
      fuzzy: (term) => term.length > 4 && 0.2,
    },
  });
  index.addAll(sorted);

  function read(id: string): Article {
    const article = byId.get(id);
    if (article) return article;
    throw new Error(`There is no article ${JSON.stringify(id)}. There are: ${[...byId.keys()].join(', ')}.`);
  }

  return {
    read,
    search: (query, limit) =>
      index
        .search(query)
        .slice(0, limit)
        .map(({ id }) => read(id as string)),
  };
}
