/** Replaces a weather service: a few places with invented weather. */

export const times = ['now', 'tonight', 'tomorrow'] as const;
export type Time = (typeof times)[number];

export interface Weather {
  sky: string;
  celsius: number;
}

const places: ReadonlyMap<string, Record<Time, Weather>> = new Map([
  [
    'Oban',
    {
      now: { sky: 'rain', celsius: 9 },
      tonight: { sky: 'fog', celsius: 7 },
      tomorrow: { sky: 'rain', celsius: 10 },
    },
  ],
  [
    'Whitby',
    {
      now: { sky: 'sun', celsius: 14 },
      tonight: { sky: 'clear', celsius: 6 },
      tomorrow: { sky: 'clouds', celsius: 12 },
    },
  ],
  [
    'Lerwick',
    {
      now: { sky: 'storm', celsius: 5 },
      tonight: { sky: 'storm', celsius: 4 },
      tomorrow: { sky: 'sun', celsius: 8 },
    },
  ],
]);

/** Throws an error that tells a model what to do. */
export function weatherIn(location: string, time: Time): Weather {
  const weather = places.get(location);
  if (!weather)
    throw new Error(`No weather station in "${location}". There is one in ${[...places.keys()].join(', ')}.`);
  return weather[time];
}
