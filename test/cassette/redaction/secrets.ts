/**
 * Secrets of every form. All are made up, and none is written here as a whole, because scanners for keys in sources
 * would find it.
 */
import { createHash } from 'node:crypto';

/** A text that contains a secret. */
interface Secret {
  readonly name: string;
  readonly text: string;
  /** The parts of the text that must not be stored. */
  readonly values: readonly string[];
}

/** Letters and digits, always both, of this length; the same for the same seed. */
function noise(seed: string, length: number): string {
  const text = createHash('sha512').update(seed).digest('base64').replaceAll(/[+/=]/g, '');
  return `a1${text}${text}`.slice(0, length);
}

/** Keys by their prefix, with the length of the rest. */
const keys: Record<string, [prefix: string[], length: number]> = {
  OpenAI: [['sk', ''], 40],
  'OpenAI, of a project': [['sk', 'proj', ''], 60],
  Anthropic: [['sk', 'ant', 'api03', ''], 60],
  OpenRouter: [['sk', 'or', 'v1', ''], 60],
};
const underscored: Record<string, [prefix: string[], length: number]> = {
  Stripe: [['sk', 'live', ''], 24],
  "Stripe's restricted": [['rk', 'live', ''], 24],
  "Stripe's webhooks": [['whsec', ''], 32],
  GitHub: [['ghp', ''], 36],
  'GitHub, of an app': [['ghs', ''], 36],
  'GitHub, fine-grained': [['github', 'pat', ''], 60],
  npm: [['npm', ''], 36],
  'Hugging Face': [['hf', ''], 34],
  Groq: [['gsk', ''], 52],
  Replicate: [['r8', ''], 37],
};
const others: Record<string, [prefix: string[], length: number]> = {
  GitLab: [['glpat', ''], 20],
  'Slack, of a bot': [['xoxb', '17653672481', '19874698323', ''], 24],
  xAI: [['xai', ''], 60],
};

/** Every known form, each with its own secret. */
export function secretForms(seed: string): Secret[] {
  const all: Secret[] = [];
  const add = (name: string, values: string | string[], text: (...values: string[]) => string) => {
    const list = [values].flat();
    all.push({ name, text: text(...list), values: list });
  };
  const key = (name: string, value: string) => add(name, value, (secret) => `It is ${secret}, I think.`);
  for (const [table, separator] of [
    [keys, '-'],
    [underscored, '_'],
    [others, '-'],
  ] as const) {
    for (const [name, [prefix, length]] of Object.entries(table))
      key(name, prefix.join(separator) + noise(seed + name, length));
  }
  key('AWS', ['AK', 'IA', noise(`${seed}AWS`, 16).toUpperCase()].join(''));
  key('Google', ['AI', 'za', noise(`${seed}Google`, 35)].join(''));
  key('Google, of a session', ['ya29', noise(`${seed}ya29`, 60)].join('.'));
  key('SendGrid', ['SG', noise(`${seed}SG`, 22), noise(`${seed}Grid`, 43)].join('.'));
  const jwt = ['header', 'claims'].map((part) =>
    Buffer.from(JSON.stringify({ [part]: noise(seed + part, 20) })).toString('base64url'),
  );
  key('a JSON web token', [...jwt, noise(`${seed}signature`, 43)].join('.'));
  const secret = (name: string) => noise(seed + name, 24);
  add('a bearer token', secret('bearer'), (value) => `Authorization: Bearer ${value}`);
  add('a bearer token alone', secret('alone'), (value) => `It sent "Bearer ${value}".`);
  const basic = Buffer.from(`ann:${secret('basic')}`).toString('base64');
  add('basic authentication', [basic, secret('basic')], () => `authorization: Basic ${basic}`);
  add('a cookie', [secret('cookie'), secret('more')], (one, two) => `Cookie: session=${one}; more=${two}`);
  add('a cookie that is set', secret('set'), (value) => `Set-Cookie: sid=${value}; Path=/; HttpOnly`);
  add('an e-mail address', `ann.${secret('mail')}@example.com`, (value) => `Write to ${value}.`);
  const line = (number: number) => noise(`${seed}line ${number}`, 64);
  add('a private key', [line(1), line(2)], (one, two) =>
    ['BEGIN', `${one}\n${two}`, 'END'].map((part) => pemPart(part)).join('\n'),
  );
  add('a password in an address', secret('url'), (value) => `postgres://app:${value}@localhost:5432/shop`);
  add(
    'a signature in a query',
    secret('query'),
    (value) => `https://x.example/v1?page=2&sig=${value}&size=3`,
  );
  add('a setting', secret('setting'), (value) => `DB_PASSWORD=${value} node server.js`);
  add('a secret key of AWS', noise(`${seed}sak`, 40), (value) => `AWS_SECRET_ACCESS_KEY=${value} aws s3 ls`);
  add('a header', secret('header'), (value) => `X-Api-Key: ${value}`);
  add('a sentence', secret('sentence'), (value) => `My password is ${value}, and now it works.`);
  return all;
}

function pemPart(part: string): string {
  return /^[A-Z]+$/.test(part) ? ['-----', part, ' RSA PRIVATE', ' KEY-----'].join('') : part;
}

/** Names of fields that show that their value is secret. */
const secretNames = [
  'api_key',
  'apiKey',
  'X-Api-Key',
  'OPENAI_API_KEY',
  'password',
  'userPassword',
  'password2',
  'passwd',
  'passphrase',
  'client_secret',
  'clientSecret',
  'authorization',
  'Proxy-Authorization',
  'set-cookie',
  'cookies',
  'refresh_token',
  'accessToken',
  'ID-TOKEN',
  'jwt',
  'credentials',
  'sessionId',
  'secretKey',
  'private-key',
  'SIGNING_KEY',
  'pin',
  'cvv',
  'card_cvc',
  'ssn',
  'otp',
];

/** Texts to hide, and the values that no file may contain. */
export interface Secrets {
  /** One text for each form. */
  readonly texts: readonly string[];
  /** All of these texts, each on its own lines. */
  readonly text: string;
  /** JSON with a field of each secret name, and with all texts in a field with a harmless name. */
  readonly data: Record<string, unknown>;
  readonly values: readonly string[];
}

/** Secrets of every form, and in fields of every secret name; they differ for each seed. */
export function allSecrets(seed: string): Secrets {
  const forms = secretForms(seed);
  const texts = forms.map(({ text }) => text);
  const text = texts.join('\n');
  const fields = secretNames.map((name) => [name, `${noise(`${seed}field ${name}`, 20)} + more`]);
  const data = { note: text, ...Object.fromEntries(fields) } as Record<string, unknown>;
  return {
    texts,
    text,
    data,
    values: [...forms.flatMap(({ values }) => values), ...fields.map(([, value]) => value!)],
  };
}
