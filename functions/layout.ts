/** Where things lie in the bucket (design section 4): the only file that spells a key. */

/** Side of the split that an entity's rows go to. */
export const sides = ['train', 'validation', 'calibration', 'test'] as const
export type Side = (typeof sides)[number]

const partName = (index: number) => `part-${String(index).padStart(5, '0')}`

/** Objects of one training run; `run` is `s3://<bucket>/<project>/runs/<runId>`. */
export const trainingRun = {
  plan: (run: string) => `${run}/plan.json`,
  profilePart: (run: string, index: number) => `${run}/profile/${partName(index)}.json`,
  profile: (run: string) => `${run}/profile.json`,
  /** A sample of the part's source rows, for the comparison of a batch row by row. */
  samplePart: (run: string, index: number) => `${run}/sample/${partName(index)}.parquet`,
  encoder: (run: string) => `${run}/encoder.json`,
  /** Headerless CSV, label first: what the training algorithm reads. */
  encodedPart: (run: string, side: Side, index: number) => `${run}/${side}/csv/${partName(index)}.csv`,
  encodedPrefix: (run: string, side: Side) => `${run}/${side}/csv/`,
  /** Parquet with names and unencoded features, keys, label and groups: what everything else reads. */
  examplesPart: (run: string, side: Side, index: number) =>
    `${run}/${side}/examples/${partName(index)}.parquet`,
  /** Metrics by step of the training job. */
  steps: (run: string) => `${run}/steps.json`,
  modelPrefix: (run: string) => `${run}/model/`,
  evaluationPart: (run: string, index: number) => `${run}/evaluation/${partName(index)}.json`,
  evaluation: (run: string) => `${run}/evaluation.json`,
  /** Calibrator, conformal tables and decision threshold: what scoring needs beside the model and the encoder. */
  decision: (run: string) => `${run}/decision.json`,
  baseline: (run: string) => `${run}/baseline.json`,
  report: (run: string) => `${run}/report.html`,
  manifest: (run: string) => `${run}/manifest.json`,
} as const

/** Objects of one inference run; `run` is `s3://<bucket>/<project>/inference/<runId>`. */
export const inferenceRun = {
  plan: (run: string) => `${run}/plan.json`,
  profilePart: (run: string, index: number) => `${run}/profile/${partName(index)}.json`,
  profile: (run: string) => `${run}/profile.json`,
  samplePart: (run: string, index: number) => `${run}/sample/${partName(index)}.parquet`,
  drift: (run: string) => `${run}/drift.json`,
  /** Deliveries of labels, each under a name made of its content. */
  labelsPrefix: (run: string) => `${run}/labels/`,
  labels: (run: string, content: string) => `${run}/labels/${content}.json`,
  performance: (run: string) => `${run}/performance.json`,
  scoresPart: (run: string, index: number) => `${run}/scores/${partName(index)}.csv`,
  predictionsPart: (run: string, index: number) => `${run}/predictions/${partName(index)}.jsonl`,
  predictionsPrefix: (run: string) => `${run}/predictions/`,
  report: (run: string) => `${run}/report.html`,
  manifest: (run: string) => `${run}/manifest.json`,
} as const

/** What the runs of a project leave for the later ones; `root` is `s3://<bucket>/<project>`. */
export const driftState = {
  /** Of any run of the project: `…/inference/<runId>` and `…/runs/<runId>` lie below its root. */
  rootOf: (run: string) => run.replace(/\/(?:runs|inference|monitoring)\/[^/]+$/, ''),
  /** Metrics that CloudWatch did not take, in the order of their names, for the next run to send. */
  unsentPrefix: (root: string) => `${root}/unsent-metrics/`,
  unsentMetrics: (root: string, at: string, run: string) =>
    `${root}/unsent-metrics/${compact(at)}-${lastOf(run)}.json`,
  /** Put once by the run that sends them, so that no other does: numbered, since a run may fail to. */
  unsentClaims: (root: string, name: string) => `${root}/unsent-metrics-claims/${name}/`,
  sentPrefix: (root: string) => `${root}/unsent-metrics-sent/`,
  sent: (root: string, name: string) => `${root}/unsent-metrics-sent/${name}`,
  /** What labels said of each run of a model, in the order of time: what a window of monitoring reads. */
  performancePrefix: (root: string, modelVersion: string) => `${root}/performance-history/${modelVersion}/`,
  performance: (root: string, modelVersion: string, at: string, run: string) =>
    `${root}/performance-history/${modelVersion}/${compact(at)}-${lastOf(run)}.json`,
  /** A line of each run of a model, in the order of time. */
  historyPrefix: (root: string, modelVersion: string) => `${root}/drift-history/${modelVersion}/`,
  history: (root: string, modelVersion: string, at: string, run: string) =>
    `${root}/drift-history/${modelVersion}/${compact(at)}-${lastOf(run)}.json`,
} as const

/** `2026-01-02T03:04:05.678Z` without what a key should not hold; sorts as the time does. */
const compact = (at: string) => at.replace(/[:.]/g, '')
const lastOf = (uri: string) => uri.slice(uri.lastIndexOf('/') + 1)

/** Objects of one import; `run` is `s3://<bucket>/<project>/imports/<runId>`. Plan and profile are named as in every run. */
export const importRun = {
  plan: (run: string) => `${run}/plan.json`,
  profile: (run: string) => `${run}/profile.json`,
  report: (run: string) => `${run}/report.html`,
} as const

/** Objects of one deployment; `run` is `s3://<bucket>/<project>/deployments/<runId>`. */
export const deployment = {
  /** What was seen of the new version beside the one before, after a step. */
  watch: (run: string, step: number) => `${run}/watch-${step}.json`,
} as const

/** What a URL gave, kept by content so that the second access downloads nothing. */
export const download = {
  content: (bucket: string, project: string, urlDigest: string, sha256: string) =>
    `s3://${bucket}/${project}/downloads/${urlDigest}/${sha256}`,
} as const

export const datasetVersion = {
  prefix: (bucket: string, project: string, name: string, version: string) =>
    `s3://${bucket}/${project}/datasets/${name}/${version}`,
  manifest: (prefix: string) => `${prefix}/manifest.json`,
  profile: (prefix: string) => `${prefix}/profile.json`,
  report: (prefix: string) => `${prefix}/report.html`,
  data: (prefix: string, file: string) => `${prefix}/data/${file}`,
} as const

/** Splits `s3://bucket/key`. @throws TypeError when it is no such URI. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri)
  if (match?.[1] === undefined || match[2] === undefined) throw new TypeError(`not an S3 URI: ${uri}`)
  return { bucket: match[1], key: match[2] }
}
