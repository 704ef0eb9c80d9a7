/** `regimen models export`: one ES module with model, encoder, calibration and scorer, for any JavaScript engine. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { ExportedContent } from './exported-scorer.ts'
import { packModel } from './portable-model.ts'
import type { Scorer } from './score-examples.ts'

export interface ExportedModule {
  /** Source of the module. It exports `about` and `score`, see `ExportedScorer`. */
  readonly source: string
  /** Of it, bytes that are the model's trees or weights. */
  readonly treeBytes: number
}

/** The same model gives the same source. */
export async function exportModel({
  modelVersion,
  project,
  model,
  encoder,
  decision,
}: Scorer): Promise<ExportedModule> {
  const { id, title, task, label, features, prediction } = project
  const packed = packModel(model)
  const content: ExportedContent = {
    format: 1,
    modelVersion,
    project: { id, title, task, label, features, prediction },
    model: packed,
    encoder,
    decision,
  }
  const entry = [
    `import { exportedScorer } from './exported-scorer.ts'`,
    // JSON in a string is parsed faster than an object literal.
    `const scorer = exportedScorer(JSON.parse(${JSON.stringify(JSON.stringify(content))}))`,
    'export const { about, score } = scorer',
  ].join('\n')
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    banner: {
      js: `// ${title.replace(/\s+/g, ' ')}, model version ${modelVersion}: made by \`regimen models export\`. Exports about and score.`,
    },
  })
  const source = outputFiles.map(({ text }) => text).join('')
  return { source, treeBytes: JSON.stringify([packed.forest, packed.weights]).length }
}
