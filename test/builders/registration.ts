/** A registration as the training flow sends it. */
import { type Model, modelSchema, type Registration } from '../../functions/registry/model.ts'

export function registrationOf(change: Partial<Registration> = {}): Registration {
  const { project = 'demo', runId = 'run0000000000001' } = change
  const run = `s3://regimen-dev-000000000000-us-east-1/${project}/runs/${runId}`
  return {
    contract: 1,
    project,
    runId,
    projectUri: `s3://regimen-dev-000000000000-us-east-1/${project}/project.json`,
    runUri: run,
    modelUri: `${run}/model/job/output/model.tar.gz`,
    encoderUri: `${run}/encoder.json`,
    baselineUri: `${run}/baseline.json`,
    decisionUri: `${run}/decision.json`,
    evaluationUri: `${run}/evaluation.json`,
    datasetName: 'encounters',
    datasetVersion: '3f2a',
    algorithm: 'xgboost',
    engine: 'sagemaker-xgboost:3.0-5',
    imageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    hyperparameters: { eta: '0.1', max_depth: '6' },
    metrics: { rocAuc: 0.66, brier: 0.09 },
    requestedBy: 'arn:aws:iam::000000000000:user/ada',
    createdAt: '2026-11-21T02:00:00.000Z',
    ...change,
  }
}

/** The same as the registry keeps it. */
export const registeredModel = (change: Partial<Model> = {}): Model =>
  modelSchema.parse({
    ...{ ...registrationOf(), version: '1', status: 'Approved', createdBy: 'ada' },
    packageArn: 'arn:aws:sagemaker:us-east-1:000000000000:model-package/regimen-dev-demo/1',
    ...change,
  })
