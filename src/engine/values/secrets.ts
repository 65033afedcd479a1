/** The kind of a secret, which names it in its placeholder. */
export type SecretKind = 'secret' | 'api-key' | 'token' | 'cookie' | 'private-key' | 'email';

/** The place of a secret in a text. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  readonly kind: SecretKind;
}

interface Pattern {
  readonly kind: SecretKind;
  /** A cheap test that runs first. It matches every text with a secret of this pattern, and few other texts. */
  readonly sign: RegExp;
  /** A global expression. The secret is the last group that matched; without groups, it is the whole match. */
  readonly pattern: RegExp;
  /** Whether a match really is a secret. If absent, every match is one. */
  readonly isMeant?: (value: string, match: RegExpExecArray) => boolean;
}

const signs = {
  begin: /-----BEGIN/,
  prefix:
    /eyJ|[srp]k[-_]|csk-|pcsk_|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-|npm_|pypi-|hf_|gsk_|r8_|fw_|xai-|pplx-|tvly-|lsv2_|lin_api_|SG\.|whsec_|shp[a-z]{2}_|dop_v1_|dapi|hvs\.|AKIA|ASIA|AIza|ya29\.|GOCSPX-/,
  header: /cookie|authorization|bearer|signature=/i,
  command: /\bcurl\b/,
  address: /:\/\/[^\s/:@]*:/,
  query: /[?&][\w-]+=/,
  name: /key|token|secret|pass|pwd|credential/i,
  field: /["']\s*:/,
  at: /@/,
};

/** Words that follow "password:" in sentences about passwords, and in code. They are not secrets. */
const words = new Set(
  'invalid required incorrect missing expired optional string number boolean null undefined true false none wrong valid changed updated reset empty unknown denied revoked minimum maximum password token secret'.split(
    ' ',
  ),
);
const reference = /^(?:process\.env\b|import\.meta\b|os\.environ\b|z\.[a-z]|\$\{?[A-Z_]+\}?$)/;

/**
 * Whether a value may be a secret: it is neither a word such as "invalid" nor a reference such as
 * process.env.API_KEY.
 */
function isNoWord(value: string): boolean {
  return !words.has(value.toLowerCase()) && !reference.test(value);
}

/**
 * Matches where a key may begin: not within a word, except after an escape of JSON such as "\n", whose letter is not
 * part of the key.
 */
const start = String.raw`(?:(?<![\w-])|(?<=\\[nrt]))`;
const owner = String.raw`(?:api|access|secret|private|auth|client|refresh|session|signing)[\s_-]?`;
/**
 * Names of secrets in sentences and in settings. "key" alone is left out, because it is more often the key of a
 * database.
 */
const noun = String.raw`(?:${owner}key|(?:${owner})?(?:token|secret)|pass(?:word|phrase|code|wd)|pwd|credentials?)`;

/**
 * Formats that their issuers publish, and common ways to write secrets. A secret that two patterns find is hidden
 * once.
 */
const patterns: readonly Pattern[] = [
  {
    kind: 'private-key',
    sign: signs.begin,
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  },
  {
    kind: 'token',
    sign: signs.prefix,
    pattern: new RegExp(String.raw`${start}eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?`, 'g'),
  },
  // OpenAI, Anthropic, Stripe, Cerebras, Pinecone and others with the same format. A package may be called
  // sk-something, so a digit or 24 characters are required.
  {
    kind: 'api-key',
    sign: signs.prefix,
    pattern: new RegExp(String.raw`${start}(?:c?sk|pk|rk|pcsk)[-_](?=[\w-]*\d|[\w-]{24})[\w-]{8,}`, 'g'),
  },
  // GitHub, GitLab, Slack, npm, PyPI, Hugging Face, Groq, Replicate, Fireworks, xAI, Perplexity, Tavily, LangSmith, Linear,
  // SendGrid, Stripe's webhooks, Shopify, DigitalOcean, Databricks, Vault.
  {
    kind: 'api-key',
    sign: signs.prefix,
    pattern: new RegExp(
      String.raw`${start}(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|xapp-[\w-]{16,}|npm_\w{16,}|pypi-[\w-]{16,}|hf_\w{16,}|gsk_\w{16,}|r8_\w{16,}|fw_\w{16,}|xai-[\w-]{16,}|pplx-\w{16,}|tvly-[\w-]{16,}|lsv2_[a-z]{2}_\w{16,}|lin_api_\w{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|whsec_[\w+/=]{8,}|shp[a-z]{2}_\w{16,}|dop_v1_\w{16,}|dapi[\da-f]{32}|hvs\.[\w-]{16,})`,
      'g',
    ),
  },
  // AWS, Google.
  {
    kind: 'api-key',
    sign: signs.prefix,
    pattern: new RegExp(
      String.raw`${start}(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,})`,
      'g',
    ),
  },
  {
    kind: 'cookie',
    sign: signs.header,
    pattern: /(?:\b|(?<=\\[nrt]))(?:set-)?cookie\s*[:=]\s*((?:[^\r\n"]|"[^"\r\n]*"(?=[;\s]|$))+)/gi,
  },
  {
    kind: 'token',
    sign: signs.header,
    pattern:
      /(?:\b|(?<=\\[nrt]))authorization\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token)\s+)?([^\s"',]+)/gi,
    isMeant: isNoWord,
  },
  {
    kind: 'token',
    sign: signs.header,
    pattern: /\bbearer\s+([\w.~+/-]{8,}=*)/gi,
    // "Bearer authentication" is the name of the scheme.
    isMeant: (value) => /\d/.test(value) || value.length >= 20,
  },
  { kind: 'token', sign: signs.header, pattern: /\bsignature=([\da-f]{32,})/gi },
  // In URLs and commands: the password after the name of a user, and secrets in a query.
  { kind: 'secret', sign: signs.address, pattern: /:\/\/[^\s/:@]*:([^\s/]+)@/g },
  { kind: 'secret', sign: signs.command, pattern: /\s(?:-u|--user)[\s=]+["']?[^\s:"']+:([^\s"']{4,})/g },
  {
    kind: 'secret',
    sign: signs.query,
    pattern:
      /[?&](?:api[_-]?key|token|access[_-]token|refresh[_-]token|sig|signature|secret|client[_-]secret|password|(?:code|key)(?==[^&\s#"']{6}))=([^&\s#"']+)/gi,
  },
  // PASSWORD=… as in environments, and password = "…" as in settings.
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(
      String.raw`\b\w*${noun}(?:=\\?["']?([^\s"'&;,\\]{4,})|\s+=\s*["']([^"'\n]{4,})["'])`,
      'gi',
    ),
    isMeant: isNoWord,
  },
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(String.raw`\b${noun}\s*:\s*["']?([^\s"',;]{4,})`, 'gi'),
    isMeant: isNoWord,
  },
  // "My password is …": a digit or a symbol is required, because a plain word more often describes the password.
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(
      String.raw`\b${noun}\s+(?:is|was):?\s+["']?((?=[^\s"',;]*[\d!#$%^&*_+=~-])[^\s"',;]{4,})`,
      'gi',
    ),
  },
  // A field of JSON or of a similar notation, within a text that is not JSON as a whole.
  {
    kind: 'secret',
    sign: signs.field,
    pattern: /["']([\w.-]{1,64})\\*["']\s*:\s*\\*["']([^"'\\\n]+)/g,
    isMeant: (_value, [, name = '']) => isSecretName(name),
  },
  // A match begins only where a word begins. Without this rule, a long word without an @ would take quadratic time.
  {
    kind: 'email',
    sign: signs.at,
    pattern:
      /(?<![\p{L}\p{N}_.+-])[\p{L}\p{N}_.+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?![\p{L}\p{N}])/gu,
    // The address of a git repository, not of a person.
    isMeant: (value) => !value.startsWith('git@'),
  },
];

/**
 * The secrets in a text that is not JSON, in order. `taken` lists the placeholders that the text already contains.
 * The result contains them, too, and no secret overlaps them. `known` lists the occurrences of secrets that were
 * recognized elsewhere. They are added where nothing else was found.
 */
export function findSecrets(
  text: string,
  taken: readonly FoundSecret[] = [],
  known: readonly FoundSecret[] = [],
): readonly FoundSecret[] {
  const all = Object.values(signs).filter((sign) => sign.test(text));
  if (all.length === 0 && taken.length === 0 && known.length === 0) return none;
  const found: FoundSecret[] = [];
  const marks = new Uint8Array(text.length);
  const mark = (secret: FoundSecret) => {
    marks.fill(1, secret.start, secret.end);
    found.push(secret);
  };
  const isFree = ({ start: first, end }: FoundSecret) => !marks.subarray(first, end).includes(1);
  // If a part of the secret is already found, its other parts are added.
  const add = (secret: FoundSecret) => {
    if (isFree(secret)) return mark(secret);
    for (const rest of freeParts(secret, marks)) if (hasSubstance(text, rest)) mark(rest);
  };
  taken.forEach(add);
  for (const { kind, sign, pattern, isMeant } of patterns) {
    if (!all.includes(sign)) continue;
    for (const match of text.matchAll(pattern)) {
      const value = withoutPunctuation(match.findLast((part) => part !== undefined) ?? match[0]);
      const first = match.index + match[0].lastIndexOf(value);
      if (value !== '' && (!isMeant || isMeant(value, match)))
        add({ start: first, end: first + value.length, kind });
    }
  }
  for (const secret of known) if (isFree(secret)) mark(secret);
  return found.toSorted((left, right) => left.start - right.start);
}

/** The parts of a secret that no secret found so far covers. */
function freeParts({ start: from, end: to, kind }: FoundSecret, marks: Uint8Array): FoundSecret[] {
  const parts: FoundSecret[] = [];
  for (let first = from; first < to; first++) {
    if (marks[first] === 1) continue;
    let end = first;
    while (end < to && marks[end] === 0) end++;
    parts.push({ start: first, end, kind });
    first = end;
  }
  return parts;
}

/** Whether a part has four word characters in a row, and so is more than a separator between two secrets. */
function hasSubstance(text: string, { start: from, end }: FoundSecret): boolean {
  return /\w{4}/.test(text.slice(from, end));
}

/** Removes the punctuation that ends a sentence, which is not part of a secret. */
function withoutPunctuation(value: string): string {
  let end = value.length;
  while (end > 0 && '.!?)]'.includes(value[end - 1]!)) end--;
  return value.slice(0, end);
}

const none: readonly FoundSecret[] = [];

/** Matches the last word of a name whose value is secret. */
const secretNames =
  /^(?:\w*(?:password|passwd|apikey|secretkey|privatekey)|(?:access|auth|refresh|id|session|bearer|api|csrf)token|pass(?:phrase|code)?|pwd|secret|token|authorization|bearer|cookie|credential|jwt|pin|cvv|cvc|ssn|otp)s?$/;
/** Matches the last two words of a name, joined to one word, if the value of the name is secret. */
const secretPairs =
  /^(?:(?:api|access|secret|private|signing|encryption|auth|client|service|master)keys?|sessionids?)$/;
/** Matches the last word of a name whose value is secret even if it is a number. */
const numericNames = /^(?:pass(?:word|wd|code)|pin|cvv|cvc|ssn|otp)$/;

/** Whether a field of this name holds a secret: `password`, `apiKey`, `x-access-token`, `SESSION_COOKIE`. */
export function isSecretName(name: string): boolean {
  const all = wordsOf(name);
  return secretNames.test(all.at(-1) ?? '') || secretPairs.test(all.slice(-2).join(''));
}

/** Whether a field of this name holds a secret even if its value is a number. */
export function isSecretNumber(name: string): boolean {
  return numericNames.test(wordsOf(name).at(-1) ?? '');
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\d+$/, '')
    .split(/[^a-z\d]+/)
    .filter(Boolean);
}

/** The text with each secret replaced by its kind, such as `<token>`. */
export function withoutSecrets(text: string): string {
  let shown = '';
  let from = 0;
  for (const secret of secretsIn(text)) {
    shown += `${text.slice(from, secret.start)}<${secret.kind}>`;
    from = secret.end;
  }
  return shown + text.slice(from);
}

/** The secrets in a text. Email addresses do not count, since tests are full of them. */
export function secretsIn(text: string): readonly FoundSecret[] {
  return findSecrets(text).filter(({ kind }) => kind !== 'email');
}
