/** Entry of a worker thread: one member of the crew that grows the trees. */
import { parentPort, workerData } from 'node:worker_threads'
import { boostTrees } from './boost-trees.ts'
import { crewMember } from './crew.ts'
import type { CrewOrder, CrewReport } from './run-crew.ts'

const { ground, rank, size, meetings }: CrewOrder = workerData
const report = (message: CrewReport) => parentPort?.postMessage(message)
const boosted = boostTrees(crewMember(rank, size, meetings), ground, (round) => report({ round }))
if (rank === 0) report({ boosted })
