import { build } from 'rolldown'

// The server and what it uses in a few files: a worker would load a thousand otherwise, and start in twice the time
// (docs/decisions/0020-the-server-is-bundled.md).
await build({
  input: 'src/main.ts',
  platform: 'node',
  // Serves files of its own folder.
  external: ['@fastify/swagger-ui'],
  output: { dir: 'dist', cleanDir: true, sourcemap: true },
})
