// `npm run build`: builds everything anew.
import { build, install } from './set-up.mjs'

install()
build({ always: true })
