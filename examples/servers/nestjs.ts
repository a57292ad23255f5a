// An agent server on NestJS 12, on Express. Decorators are compiled: see docs/recipes/nestjs.md for how to run it.
import 'reflect-metadata'
import { once } from 'node:events'
import type { Server } from 'node:http'
import {
  type ArgumentsHost,
  type BeforeApplicationShutdown,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Headers,
  HttpException,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Param,
  Post,
  Res,
} from '@nestjs/common'
import { APP_FILTER, HttpAdapterHost, NestFactory } from '@nestjs/core'
import type { Response } from 'express'
import { createAgents, textOf } from './agents.ts'
import { drainMs } from './drain.ts'
import { problemOf, questionOf, userOf } from './requests.ts'

/** A provider is a singleton by default: one cache for the process. */
@Injectable()
class AgentsService implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly cache = createAgents()
  @Inject(HttpAdapterHost) readonly host!: HttpAdapterHost

  /** Nest stops listening after this, and waits for the replies in progress. */
  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server
    setTimeout(() => server.closeAllConnections(), drainMs).unref()
  }

  /** Called when no request is in progress any more. */
  onApplicationShutdown(): Promise<void> {
    return this.cache.close()
  }
}

@Controller('agents')
class ChatController {
  @Inject(AgentsService) readonly agents!: AgentsService

  @Post(':agentId/chat')
  async chat(
    @Param('agentId') agentId: string,
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const userId = userOf(authorization)
    const { sessionId, prompt } = questionOf(body)
    const signal = goneOf(response)
    await using lease = await this.agents.cache.acquire({ agentId, userId, sessionId, reasoning: false }, { signal })
    response.status(200).set({ 'x-served-from': lease.source, 'content-type': 'text/plain; charset=utf-8' })
    for await (const text of textOf(lease.agent, prompt, signal)) {
      if (!response.write(text)) await once(response, 'drain', { signal })
    }
    response.end()
  }
}

@Catch()
class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>()
    if (response.headersSent) return void response.destroy() // so that half a reply does not look complete
    const nest = error instanceof HttpException ? { status: error.getStatus(), message: error.message } : undefined
    const { status, message } = nest ?? problemOf(error)
    response.status(status).json({ error: message })
  }
}

/** Fires when the client has gone before it has the whole reply. */
function goneOf(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

@Module({ controllers: [ChatController], providers: [AgentsService, { provide: APP_FILTER, useClass: ProblemFilter }] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
app.enableShutdownHooks(['SIGTERM'])
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
process.stdout.write(`listening on ${await app.getUrl()}\n`)
