import { registerHooks } from 'node:module'

/** For `node --import`: as if the modules in `WITHOUT_MODULES` were not installed. */
const missing = (process.env['WITHOUT_MODULES'] ?? '').split(',')

registerHooks({
  resolve(specifier, context, next) {
    if (!missing.includes(specifier)) return next(specifier, context)
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' })
  },
})
