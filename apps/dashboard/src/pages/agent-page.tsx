import { useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { DeleteDialog } from '../agents/delete-dialog.tsx'
import { Editor } from '../agents/editor.tsx'
import { Versions } from '../agents/versions.tsx'
import { getAgent } from '../api/agents.ts'
import { getCatalogue } from '../api/catalogue.ts'
import { Pill } from '../parts/pill.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { useLoaded } from '../state/loaded.ts'

/** One agent: what it is, what it was, and where to see it at work. */
export function AgentPage() {
  const { route } = useLocation()
  const { params, query } = useRoute()
  const id = params['id'] ?? ''
  const place = `/agents/${encodeURIComponent(id)}`
  const tab = query['tab'] === 'versions' ? 'versions' : 'edit'
  const loaded = useLoaded(id, () => getAgent(id))
  const catalogue = useLoaded('catalogue', getCatalogue)
  const [isDeleting, setDeleting] = useState(false)
  const identity = lastIdentity.value
  if (loaded.state === 'loading') return <Waiting />
  if (loaded.state === 'failed') {
    return (
      <main class="page" id="content" tabIndex={-1}>
        <Failed what="This agent" error={loaded.error} retry={loaded.reload} />
      </main>
    )
  }
  const agent = loaded.value
  const isEditable = identity?.role === 'admin' || agent.ownerId === identity?.userId
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <div class="small">
            <a href="/agents">Agents</a>
          </div>
          <div class="row">
            <h1>{agent.name}</h1>
            <Pill>v{agent.version}</Pill>
            <Pill>{agent.ownerId === null ? 'shared' : `only ${agent.ownerId}`}</Pill>
          </div>
        </div>
        <div class="end">
          <a class="button" href={`/chat?agent=${encodeURIComponent(id)}`}>
            Chat
          </a>
          <a class="button" href={`/explain?agent=${encodeURIComponent(id)}`}>
            Explain
          </a>
          {isEditable && (
            <button class="button danger" type="button" onClick={() => setDeleting(true)}>
              Delete
            </button>
          )}
        </div>
      </div>
      <nav class="tabs" aria-label="Of this agent">
        <a href={place} {...(tab === 'edit' && { 'aria-current': 'page' as const })}>
          {isEditable ? 'Edit' : 'What it is'}
        </a>
        <a href={`${place}?tab=versions`} {...(tab === 'versions' && { 'aria-current': 'page' as const })}>
          Versions
        </a>
      </nav>
      {catalogue.state === 'failed' && (
        <Failed what="Models, tools and MCP servers" error={catalogue.error} retry={catalogue.reload} />
      )}
      <div hidden={tab !== 'edit'}>
        {catalogue.state === 'ready' && (
          <Editor key={id} saved={agent} catalogue={catalogue.value} isEditable={isEditable} changed={loaded.replace} />
        )}
        {catalogue.state === 'loading' && <Loading what="what it can be given" heights={[24]} />}
      </div>
      {tab === 'versions' && <Versions agent={agent} isEditable={isEditable} changed={loaded.replace} />}
      {isDeleting && <DeleteDialog agent={agent} close={() => setDeleting(false)} deleted={() => route('/agents')} />}
    </main>
  )
}

function Waiting() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <Loading what="the agent" heights={[3.5, 2.25, 26]} />
    </main>
  )
}
