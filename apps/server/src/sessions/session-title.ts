import type { UIMessage } from 'ai'

const maxLength = 60

/** The first words of the message that a session begins with, until somebody calls it something else. */
export function sessionTitle({ parts }: Pick<UIMessage, 'parts'>): string {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  if (line === '') return 'New conversation'
  const characters = Array.from(line)
  if (characters.length <= maxLength) return line
  const head = characters.slice(0, maxLength).join('')
  // Not in the middle of a word, unless it is a very long one.
  const space = head.lastIndexOf(' ')
  return `${space > maxLength / 2 ? head.slice(0, space) : head}…`
}
