/** Device types of AdGuard's client tags. */
const TAGGED = new Set('audio camera gameconsole laptop nas other pc phone printer securityalarm tablet tv'.split(' '));

/** What host names usually say; the first that fits counts. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/iphone|android|pixel|galaxy-?s|oneplus|phone/i, 'phone'],
  [/ipad|tablet|galaxy-?tab|kindle/i, 'tablet'],
  [/macbook|laptop|notebook|thinkpad|xps/i, 'laptop'],
  [/appletv|apple-tv|\btv\b|chromecast|roku|firetv|fire-tv|bravia|webos|shield/i, 'tv'],
  [/playstation|\bps[345]\b|xbox|nintendo|switch|steamdeck/i, 'gameconsole'],
  [/printer|epson|brother|officejet|laserjet|canon/i, 'printer'],
  [/\bnas\b|synology|diskstation|truenas|qnap/i, 'nas'],
  [/camera|\bcam\b|doorbell|reolink|unvr/i, 'camera'],
  [/sonos|homepod|speaker|echo|alexa|audio/i, 'audio'],
  [/desktop|\bpc\b|imac|workstation|win-?\d*/i, 'pc'],
];

export interface DeviceType {
  readonly type: string;
  /** `tag`: somebody said so in AdGuard; `hostname`: guessed from a name; `none`: not known. */
  readonly source: 'tag' | 'hostname' | 'none';
}

export function deviceType(tags: readonly string[], hostname: string): DeviceType {
  for (const tag of tags) {
    const type = tag.startsWith('device_') ? tag.slice('device_'.length) : '';
    if (TAGGED.has(type)) return { type, source: 'tag' };
  }
  const hint = hostname === '' ? undefined : HINTS.find(([pattern]) => pattern.test(hostname));
  return hint === undefined ? { type: 'unknown', source: 'none' } : { type: hint[1], source: 'hostname' };
}
