import type { Environment } from '../models/provider-environment.ts'

const secretNames = /^REKINDLE_SECRET_|(_API_KEY|_SECRET|_TOKEN|PASSWORD)$/

/** Replaces what the environment says is secret, should an error repeat it. */
export function redactor(environment: Environment): (text: string) => string {
  const secrets = Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (secretNames.test(name)) return [value]
    const password = URL.canParse(value) ? new URL(value).password : ''
    return [password, decode(password)]
  })
  const long = [...new Set(secrets)].filter((secret) => secret.length >= 4)
  return (text) => long.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
