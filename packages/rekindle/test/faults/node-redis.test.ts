import { nodeRedis } from './clients.ts'
import { clusterGround } from './cluster-ground.ts'
import { faultMatrix } from './matrix.ts'
import { sentinelGround } from './sentinel-ground.ts'
import { serverGround } from './server-ground.ts'

faultMatrix(nodeRedis, serverGround)
faultMatrix(nodeRedis, clusterGround)
faultMatrix(nodeRedis, sentinelGround)
