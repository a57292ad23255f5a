import { useLocation, useRoute } from 'preact-iso'
import { explain } from '../api/cache.ts'
import { addressOf, type Asked, askedIn, keyOf } from '../explain/asked.ts'
import { ExplainForm } from '../explain/explain-form.tsx'
import { Findings } from '../explain/findings.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { useLoaded } from '../state/loaded.ts'

/** Where one key stands in each tier, and how it came to that. */
export function ExplainPage() {
  const { query } = useRoute()
  const { route } = useLocation()
  const asked = askedIn(query, lastIdentity.value?.userId ?? '')
  const address = addressOf(asked)
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <h1>Explain</h1>
        <span class="muted">Why was this agent slow, or made anew?</span>
      </div>
      <ExplainForm key={address} asked={asked} ask={(next) => route(addressOf(next))} />
      {asked.agent === '' ? (
        <div class="card">
          <Empty icon="search" title="Which agent, for whom?">
            <p>
              You will see where it is (memory of each worker, store, or nowhere), for how long, and why it was last made anew.
            </p>
          </Empty>
        </div>
      ) : (
        <Answer key={address} address={address} asked={asked} />
      )}
    </main>
  )
}

function Answer({ address, asked }: { readonly address: string; readonly asked: Asked }) {
  const loaded = useLoaded(address, () => explain(keyOf(asked)))
  if (loaded.state === 'loading') return <Loading what="the explanation" heights={[6, 14, 12]} />
  if (loaded.state === 'failed') {
    const isForbidden = loaded.error.status === 403
    return (
      <Failed what={isForbidden ? 'Explaining for other users' : 'The explanation'} error={loaded.error} retry={loaded.reload} />
    )
  }
  return <Findings asked={asked} explanation={loaded.value} reload={loaded.reload} />
}
