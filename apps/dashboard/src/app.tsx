import { LocationProvider, Route, Router } from 'preact-iso'
import { AdvicePage } from './pages/advice-page.tsx'
import { AgentPage } from './pages/agent-page.tsx'
import { AgentsPage } from './pages/agents-page.tsx'
import { ChatPage } from './pages/chat-page.tsx'
import { ExplainPage } from './pages/explain-page.tsx'
import { LoginDialog, LoginPage } from './pages/login-page.tsx'
import { OverviewPage } from './pages/overview-page.tsx'
import { Empty, Failed, Forbidden, Loading } from './parts/states.tsx'
import { Top } from './parts/top.tsx'
import { lastIdentity, recognise, visitor } from './state/identity.ts'

/** What the visitor gets to see, according to who they are. */
export function App() {
  const { value } = visitor
  const known = lastIdentity.value
  if (known !== undefined) return <Pages isAdmin={known.role === 'admin'} />
  if (value.state === 'out') return <LoginPage developmentLogin={value.developmentLogin} />
  return (
    <main class="page" id="content" tabIndex={-1}>
      {value.state === 'unknown' ? (
        <Failed what="The dashboard" error={value.error} retry={() => void recognise()} />
      ) : (
        <Loading what="the dashboard" heights={[3, 8, 16]} />
      )}
    </main>
  )
}

function Pages({ isAdmin }: { readonly isAdmin: boolean }) {
  const { value } = visitor
  return (
    <LocationProvider>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Top />
      <Router onRouteChange={focusContent}>
        <Route path="/" component={isAdmin ? OverviewPage : NoOverview} />
        <Route path="/agents" component={AgentsPage} />
        <Route path="/agents/:id" component={AgentPage} />
        <Route path="/explain" component={ExplainPage} />
        <Route path="/advice" component={AdvicePage} />
        <Route path="/chat" component={ChatPage} />
        <Route path="/chat/:session" component={ChatPage} />
        <Route default component={NoSuchPage} />
      </Router>
      {value.state === 'out' && <LoginDialog developmentLogin={value.developmentLogin} />}
    </LocationProvider>
  )
}

/** Whoever does not see that another page has come hears it. */
function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true })
}

function NoOverview() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <Forbidden what="The overview" />
    </main>
  )
}

function NoSuchPage() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="card">
        <Empty title="There is no such page">
          <a class="button" href="/">
            Go to the overview
          </a>
        </Empty>
      </div>
    </main>
  )
}
