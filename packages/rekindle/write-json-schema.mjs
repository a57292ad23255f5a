// Part of the build: the shape of an agent config as a file, for editors, forms and other languages.
import { writeFileSync } from 'node:fs'
import { agentConfigJsonSchema } from './dist/agent-config/index.js'

const file = new URL('dist/agent-config/agent-config.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(agentConfigJsonSchema, null, 2)}\n`)
