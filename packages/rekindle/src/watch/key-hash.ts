/**
 * 31 bits of an encoded key (FNV-1a, with the last steps of MurmurHash3 to spread them): a small integer, and the same in every
 * process, so that all workers take the same sample of keys. It says nothing of the key, and protects nothing.
 */
export function hashOf(encoded: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < encoded.length; at++) hash = Math.imul(hash ^ encoded.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 1
}
