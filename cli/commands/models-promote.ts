/** `regimen models promote`: carries an approved version into another environment, where it is approved again. */
import { createHash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Command } from 'commander'
import * as z from 'zod'
import { canonicalJson } from '../../functions/canonical-json.ts'
import { RegimenError } from '../../functions/errors.ts'
import { parseS3Uri } from '../../functions/layout.ts'
import { transferId, transferSchema } from '../../functions/promotion/transfer.ts'
import { type Context, openContext } from '../context.ts'
import { invokeFunction } from '../invoke-function.ts'
import { table } from '../output.ts'
import { openTarget, type Target } from '../promotion-target.ts'

interface Options {
  readonly to: string
  readonly toProfile?: string
  readonly toRegion?: string
}

const exported = z.object({ transfer: transferSchema, sha256: z.string(), runUri: z.string() })
const imported = z.object({
  modelVersion: z.string(),
  modelPackageArn: z.string(),
  status: z.string(),
  alreadyImported: z.boolean(),
})

export function promoteCommand(): Command {
  return new Command('promote')
    .description('carry an approved version into another environment, where somebody approves it again')
    .argument('<version>')
    .requiredOption('--to <environment>', 'where to: the environment of the other stack')
    .option('--to-profile <name>', 'AWS profile of the other account; by default the same credentials')
    .option('--to-region <region>', 'region of the other environment; by default the same')
    .action(async (version: string, options: Options, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { project } = context
      const target = await openTarget(context, options)
      if (target.bucket === context.bucket)
        throw new RegimenError('InvalidRequest', {
          what: `version ${version} is in ${options.to} already`,
          expected: 'another environment',
        })
      const { transfer, sha256, runUri } = await invokeFunction(
        context,
        'export-model',
        { project, version, requestedBy: context.caller, to: options.to },
        exported,
      )
      const transferUri = `s3://${target.bucket}/${project}/transfers/${transferId(transfer.source, sha256)}`
      for (const { path, ...object } of transfer.objects) {
        context.out.passing(`  … ${path}`)
        await carry(context, target, { from: `${runUri}/${path}`, to: `${transferUri}/${path}`, ...object })
      }
      await put(target, `${transferUri}/transfer.json`, canonicalJson(transfer))
      const request = { project, transferUri, sha256, requestedBy: target.caller }
      const answer = await invokeFunction(target, 'import-model', request, imported)
      const { source, approval, objects } = transfer
      const result = { ...answer, to: options.to, transferUri, sha256, source, approval, objects }
      context.out.result(result, () =>
        [
          `${source.environment} version ${version} is ${options.to} version ${answer.modelVersion}${answer.alreadyImported ? ', as it was before' : ''}: ${answer.status}`,
          table(
            ['OBJECT', 'BYTES', 'SHA-256'],
            objects.map((object) => [object.path, object.bytes, object.sha256]),
          ),
          `somebody else approves it there: regimen models approve ${answer.modelVersion} (environment ${options.to})`,
        ].join('\n'),
      )
    })
}

interface Carried {
  readonly from: string
  readonly to: string
  readonly sha256: string
}

/** @throws RegimenError `PromotionRefused` for an object that has changed since it was described. */
async function carry(context: Context, target: Target, { from, to, sha256 }: Carried): Promise<void> {
  const { bucket, key } = parseS3Uri(from)
  const { Body: body } = await context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const content = Buffer.from((await body?.transformToByteArray()) ?? [])
  const got = createHash('sha256').update(content).digest('hex')
  if (got !== sha256)
    throw new RegimenError('PromotionRefused', {
      what: 'an object changed while it was carried',
      where: from,
      got: `SHA-256 ${got}`,
      expected: sha256,
      do: 'promote it again',
    })
  await put(target, to, content)
}

async function put({ s3 }: Target, uri: string, content: Buffer | string): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }))
}
