import { render } from 'preact'
import './style/tokens.css'
import './style/base.css'
import './style/layout.css'
import './style/controls.css'
import './style/parts.css'
import './style/overview.css'
import './style/agents.css'
import './style/explain.css'
import './style/advice.css'
import './style/chat.css'
import './style/chat-side.css'
import './style/composer.css'
import { App } from './app.tsx'
import { recognise } from './state/identity.ts'
import { keepTime } from './state/now.ts'
import { applyTheme } from './state/theme.ts'

applyTheme()
keepTime()
void recognise()
render(<App />, document.getElementById('app')!)
