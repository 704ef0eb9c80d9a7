/** Objects of the bucket by what they are, as patterns of their keys. */

export const project = '*/project/*.json'
/** Tables of the catalogue, and batches to be scored. */
export const datasets = ['*/datasets/*', '*/batches/*', '*/inbox/*']
export const encoder = '*/runs/*/encoder.json'
export const models = '*/runs/*/model/*'
export const baseline = '*/runs/*/baseline.json'
export const decision = '*/runs/*/decision.json'
export const evaluation = '*/runs/*/evaluation.json'
export const plans = ['*/runs/*/plan.json', '*/inference/*/plan.json', '*/imports/*/plan.json']
export const profileParts = ['*/runs/*/profile/*', '*/inference/*/profile/*', '*/imports/*/profile/*']
export const samples = ['*/runs/*/sample/*', '*/inference/*/sample/*']
export const driftHistory = '*/drift-history/*'
export const unsentMetrics = ['*/unsent-metrics/*', '*/unsent-metrics-claims/*', '*/unsent-metrics-sent/*']
export const profiles = ['*/runs/*/profile.json', '*/inference/*/profile.json']
export const importedProfile = '*/imports/*/profile.json'

/** What shows how a version came about. */
export const evidence = ['steps.json', 'report.html', 'manifest.json'].map((file) => `*/runs/*/${file}`)
