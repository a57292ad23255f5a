import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import parse, { type Family } from 'parse-prometheus-text-format'
import type { Registry, RegistryContentType } from 'prom-client'

/** Serves a registry as an application does, and scrapes it as Prometheus does. */
export async function scraper(
  registry: Pick<Registry<RegistryContentType>, 'metrics' | 'contentType'>,
): Promise<AsyncDisposable & { scrape(): Promise<Map<string, Family>>; text(): Promise<string> }> {
  const server = createServer((_, response) => {
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const text = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`)
    const body = await response.text()
    if (!response.ok) throw new Error(body)
    return body
  }
  return {
    text,
    // The parser forgets the labels of what it knows for a histogram. As lines of no type they are families of their own.
    scrape: async () => {
      const families = parse((await text()).replaceAll(/^# TYPE \S+ histogram$/gm, ''))
      const byName = Map.groupBy(families, ({ name }) => name)
      return new Map([...byName].map(([name, of]) => [name, { ...of[0]!, metrics: of.flatMap(({ metrics }) => metrics) }]))
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
