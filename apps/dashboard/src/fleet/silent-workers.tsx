import { Banner } from '../parts/states.tsx'
import { workerLabel } from './worker-label.ts'

/** Whose part is missing from what is shown. */
export function SilentWorkers({ silent }: { readonly silent: readonly string[] }) {
  if (silent.length === 0) return null
  return (
    <Banner tone="warn">
      <b>{silent.length === 1 ? 'One worker' : `${silent.length} workers`} did not answer in time:</b>{' '}
      {silent.map(workerLabel).join(', ')}
    </Banner>
  )
}
