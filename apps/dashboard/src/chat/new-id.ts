const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** 20 characters at random: enough never to meet another. (`crypto.randomUUID` is there for secure origins alone.) */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('')
}
