/** Cities people ask for that have no zone of their own. */
const citiesElsewhere: ReadonlyMap<string, string> = new Map([
  ['utc', 'UTC'],
  ['gmt', 'UTC'],
  ['beijing', 'Asia/Shanghai'],
  ['san francisco', 'America/Los_Angeles'],
  ['seattle', 'America/Los_Angeles'],
  ['boston', 'America/New_York'],
  ['washington', 'America/New_York'],
  ['miami', 'America/New_York'],
  ['dallas', 'America/Chicago'],
  ['houston', 'America/Chicago'],
  ['montreal', 'America/Toronto'],
  ['rio de janeiro', 'America/Sao_Paulo'],
  ['delhi', 'Asia/Kolkata'],
  ['new delhi', 'Asia/Kolkata'],
  ['mumbai', 'Asia/Kolkata'],
  ['bangalore', 'Asia/Kolkata'],
  ['kyoto', 'Asia/Tokyo'],
  ['osaka', 'Asia/Tokyo'],
  ['abu dhabi', 'Asia/Dubai'],
  ['tel aviv', 'Asia/Jerusalem'],
  ['munich', 'Europe/Berlin'],
  ['hamburg', 'Europe/Berlin'],
  ['frankfurt', 'Europe/Berlin'],
  ['geneva', 'Europe/Zurich'],
  ['milan', 'Europe/Rome'],
  ['barcelona', 'Europe/Madrid'],
  ['edinburgh', 'Europe/London'],
  ['cape town', 'Africa/Johannesburg'],
])

const regions = ['Africa', 'America', 'America/Argentina', 'Asia', 'Atlantic', 'Australia', 'Europe', 'Indian', 'Pacific']

/**
 * The IANA name of a zone given by that name (in any case), by a UTC offset (`+05:30`), or by its city (`Tokyo`, `new york`).
 * `undefined` if it is none of them.
 */
export function findTimeZone(text: string): string | undefined {
  const name = text.trim().replace(/\s+/g, ' ')
  if (name === '' || name.length > 60) return undefined
  const elsewhere = citiesElsewhere.get(name.toLowerCase())
  if (elsewhere) return elsewhere
  const path = inUsualCase(name.replaceAll(' ', '_'))
  // A word alone is first of all a city: as a zone it would be an old name (`Japan`), or one like EST that knows no summer.
  const candidates = /[/+-]/.test(path) ? [path] : [...regions.map((region) => `${region}/${path}`), path]
  return candidates.find(isTimeZone)
}

function isTimeZone(name: string): boolean {
  try {
    void new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** `asia/tokyo` → `Asia/Tokyo`; a name that is already mixed, and an offset, stay as they are. */
function inUsualCase(name: string): string {
  return name === name.toLowerCase() ? name.replace(/(^|[/_-])([a-z])/g, (letter) => letter.toUpperCase()) : name
}
