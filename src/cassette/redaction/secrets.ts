/** What a secret is called in place of its value. */
export type SecretKind = 'secret' | 'api-key' | 'token' | 'cookie' | 'private-key' | 'email';

/** A secret in a text. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  readonly kind: SecretKind;
}

interface Pattern {
  readonly kind: SecretKind;
  /** What every text with such a secret has in it, and most texts have not: looking for that costs little. */
  readonly sign: RegExp;
  /** Global. The last group that takes part is the secret; without groups all of the match is. */
  readonly pattern: RegExp;
  /** Words that are none after all. */
  readonly except?: ReadonlySet<string>;
}

const signs = {
  begin: /-----BEGIN/,
  prefix:
    /eyJ|[srp]k[-_]|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|npm_|hf_|gsk_|r8_|xai-|SG\.|whsec_|AKIA|ASIA|AIza|ya29\./,
  header: /cookie|authorization|bearer/i,
  address: /:\/\/[^\s/:@]+:/,
  query: /[?&][\w-]+=/,
  name: /key|token|secret|pass|pwd|credential/i,
  at: /@/,
};

/** What stands after "password:" in sentences about passwords. */
const words = new Set(
  'invalid required incorrect missing expired optional string number boolean null undefined true false none wrong valid changed updated reset empty unknown denied revoked'.split(
    ' ',
  ),
);

const owner = String.raw`(?:api|access|secret|private|auth|client|refresh|session|signing)[\s_-]?`;
/** What secrets are called in sentences and in settings. A "key" alone is more often one of a database. */
const noun = String.raw`(?:${owner}key|(?:${owner})?(?:token|secret)|pass(?:word|phrase|code|wd)|pwd|credentials?)`;

/** Formats that are published by those who issue them, and ways in which secrets are written. Of two that overlap the first counts. */
const patterns: readonly Pattern[] = [
  {
    kind: 'private-key',
    sign: signs.begin,
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  },
  { kind: 'token', sign: signs.prefix, pattern: /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g },
  // OpenAI, Anthropic, Stripe and those who write theirs alike.
  { kind: 'api-key', sign: signs.prefix, pattern: /\b(?:sk|pk|rk)[-_][\w-]{8,}/g },
  // GitHub, GitLab, Slack, npm, Hugging Face, Groq, Replicate, xAI, SendGrid, Stripe's webhooks.
  {
    kind: 'api-key',
    sign: signs.prefix,
    pattern:
      /\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|npm_\w{16,}|hf_\w{16,}|gsk_\w{16,}|r8_\w{16,}|xai-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|whsec_[\w+/=]{8,})/g,
  },
  // AWS, Google.
  {
    kind: 'api-key',
    sign: signs.prefix,
    pattern: /\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{30,}|ya29\.[\w-]{16,})/g,
  },
  { kind: 'cookie', sign: signs.header, pattern: /\b(?:set-)?cookie\s*[:=]\s*([^\r\n"]+)/gi },
  {
    kind: 'token',
    sign: signs.header,
    pattern: /\bauthorization\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token)\s+)?([^\s"',]+)/gi,
    except: words,
  },
  { kind: 'token', sign: signs.header, pattern: /\bbearer\s+([\w.~+/-]{8,}=*)/gi },
  // In addresses: what stands between the user's name and the host, and in what is asked for.
  { kind: 'secret', sign: signs.address, pattern: /:\/\/[^\s/:@]+:([^\s/@]+)@/g },
  {
    kind: 'secret',
    sign: signs.query,
    pattern:
      /[?&](?:api[_-]?key|key|token|access[_-]token|refresh[_-]token|sig|signature|secret|client[_-]secret|password|code)=([^&\s#"']+)/gi,
  },
  // PASSWORD=…, as environments are written.
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(String.raw`\b\w*${noun}=["']?([^\s"'&;,]{4,})`, 'gi'),
    except: words,
  },
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(String.raw`\b${noun}\s*:\s*["']?([^\s"',;]{4,})`, 'gi'),
    except: words,
  },
  // "My password is …": a word alone is more often what is said of it.
  {
    kind: 'secret',
    sign: signs.name,
    pattern: new RegExp(
      String.raw`\b${noun}\s+(?:is|was):?\s+["']?((?=[^\s"',;]*[\d!#$%^&*_+=~-])[^\s"',;]{4,})`,
      'gi',
    ),
  },
  // Begun where a word begins, or a long text without an @ would be read once for each of its characters.
  { kind: 'email', sign: signs.at, pattern: /(?<![\w.+-])[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+/gi },
];

/** The secrets in a text that is no JSON, in order. `taken` says which places are already spoken for. */
export function findSecrets(text: string, taken: readonly FoundSecret[] = []): readonly FoundSecret[] {
  const all = Object.values(signs).filter((sign) => sign.test(text));
  if (all.length === 0 && taken.length === 0) return none;
  const found: FoundSecret[] = [];
  const marks = new Uint8Array(text.length);
  const add = (secret: FoundSecret) => {
    if (marks.subarray(secret.start, secret.end).includes(1)) return;
    marks.fill(1, secret.start, secret.end);
    found.push(secret);
  };
  taken.forEach(add);
  for (const { kind, sign, pattern, except } of patterns) {
    if (!all.includes(sign)) continue;
    for (const match of text.matchAll(pattern)) {
      const group = match.findLast((part) => part !== undefined) ?? match[0];
      // The end of a sentence is no part of it.
      const value = group.replace(/[.!?)\]]+$/, '');
      const start = match.index + match[0].lastIndexOf(value);
      if (value !== '' && !except?.has(value.toLowerCase())) add({ start, end: start + value.length, kind });
    }
  }
  return found.toSorted((left, right) => left.start - right.start);
}

const none: readonly FoundSecret[] = [];

/** Last words of names that secrets are kept under. */
const secretNames =
  /^(?:pass(?:word|wd|phrase|code)|pwd|secret|token|apikey|authorization|cookie|credential|jwt|pin|cvv|cvc|ssn|otp)s?$/;
/** The last two of others. */
const secretPairs =
  /^(?:(?:api|access|secret|private|signing|encryption|auth|client|service|master)keys?|sessionids?)$/;
/** Of these also numbers are secret. */
const numericNames = /^(?:pass(?:word|wd|code)|pin|cvv|cvc|ssn|otp)$/;

/** Whether a field of this name holds a secret: `password`, `apiKey`, `x-access-token`, `SESSION_COOKIE`. */
export function isSecretName(name: string): boolean {
  const all = wordsOf(name);
  return secretNames.test(all.at(-1) ?? '') || secretPairs.test(all.slice(-2).join(''));
}

/** Whether a number in a field of this name is one, too. */
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
