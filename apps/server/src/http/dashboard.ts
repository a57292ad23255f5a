import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { builtDashboard } from '../built-dashboard.ts'

/** Its pages: all of them are one file, which asks for the rest. */
const pages = ['/', '/agents', '/agents/:id', '/explain', '/advice', '/chat', '/chat/:session']

const oneYearMs = 31_536_000_000

/**
 * The dashboard, for anybody: its files hold nothing but itself, and what it shows it asks the API for, as whoever has signed in.
 * Where it has not been built, the server does without.
 */
export async function dashboardRoutes(app: FastifyInstance, folder: string = builtDashboard): Promise<void> {
  const index = join(folder, 'index.html')
  if (!existsSync(index)) return app.log.warn({ folder }, 'there is no dashboard here; npm run build makes it')
  for (const url of pages) {
    app.get(url, { schema: { hide: true } }, async (_request, reply) => {
      // A new release has a new one, which names other files.
      reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8')
      return readFile(index)
    })
  }
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    schemaHide: true,
    decorateReply: false,
    index: false,
    dotfiles: 'ignore',
    // Their names change with what they hold.
    immutable: true,
    maxAge: oneYearMs,
  })
}
