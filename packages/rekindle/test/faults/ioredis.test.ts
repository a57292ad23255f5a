import { ioredis } from './clients.ts'
import { clusterGround } from './cluster-ground.ts'
import { faultMatrix } from './matrix.ts'
import { sentinelGround } from './sentinel-ground.ts'
import { serverGround } from './server-ground.ts'

faultMatrix(ioredis, serverGround)
faultMatrix(ioredis, clusterGround)
faultMatrix(ioredis, sentinelGround)
