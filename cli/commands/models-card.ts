/** `regimen models card`: what a version is for, what it learned from, how well it does for whom, where it ends. */
import { Command } from 'commander'
import { readModelLineage } from '../../functions/catalogue/lineage-store.ts'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { evaluationSchema } from '../../functions/evaluation/evaluation.ts'
import { getJson } from '../../functions/object-store.ts'
import { loadProject } from '../../functions/project-store.ts'
import { getModel } from '../../functions/registry/model-store.ts'
import { readPackage } from '../../functions/registry/package-store.ts'
import { modelCard } from '../../functions/report/model-card.ts'
import { modelCardText } from '../../functions/report/model-card-text.ts'
import { renderModelCard } from '../../functions/report/render-model-card.ts'
import { openContext } from '../context.ts'
import { trainingDefinition } from '../training-definition.ts'
import { writePage } from '../write-page.ts'

export function cardCommand(): Command {
  return new Command('card')
    .description(
      'the model card of a version, as Markdown: intended use, data, metrics by group, limits, decisions',
    )
    .argument('<version>')
    .option('--html <file>', 'write it as one HTML page')
    .action(async (version: string, { html }: { html?: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const model = await getModel(context.project, version)
      const projectUri = await trainingDefinition(model)
      const [project, evaluation, lineage, ledger, registered] = await Promise.all([
        loadProject(projectUri),
        getJson(model.evaluationUri),
        readModelLineage(context.project, version),
        readLedger(context.project),
        readPackage(model.packageArn),
      ])
      const card = modelCard({
        ...{ project, model, lineage, ledger },
        evaluation: evaluationSchema.parse(evaluation),
        decision: {
          status: registered?.approval ?? model.status,
          by: registered?.changedBy,
          at: registered?.changedAt ?? model.createdAt,
          reason: registered?.reason,
        },
      })
      if (html !== undefined) writePage(html, renderModelCard(card))
      context.out.result(html === undefined ? card : { ...card, file: html }, () =>
        html === undefined ? modelCardText(card) : html,
      )
    })
}
