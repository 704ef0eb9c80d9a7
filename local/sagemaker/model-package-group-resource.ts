/** The Pulumi type `aws:sagemaker/modelPackageGroup:ModelPackageGroup`, applied through SageMaker's own actions. */
import * as z from 'zod'
import type { ResourceType } from '../service.ts'

const inputs = z.object({
  modelPackageGroupName: z.string(),
  modelPackageGroupDescription: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
})

export const modelPackageGroupResource: ResourceType = {
  replaceOn: ['modelPackageGroupName', 'modelPackageGroupDescription'],
  async create(given, { cloud, principal }) {
    const wanted = inputs.parse(given)
    const name = wanted.modelPackageGroupName
    const answer = await cloud.call(
      'sagemaker',
      'CreateModelPackageGroup',
      {
        ModelPackageGroupName: name,
        ...(wanted.modelPackageGroupDescription === undefined
          ? {}
          : { ModelPackageGroupDescription: wanted.modelPackageGroupDescription }),
      },
      principal,
    )
    return { id: name, outputs: { ...given, arn: answer.ModelPackageGroupArn, tagsAll: wanted.tags ?? {} } }
  },
  async update(id, given, _previous, { cloud }) {
    const arn = cloud.arn('sagemaker', `model-package-group/${id}`)
    return { outputs: { ...given, arn, tagsAll: inputs.parse(given).tags ?? {} } }
  },
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('sagemaker', 'DeleteModelPackageGroup', { ModelPackageGroupName: id }, principal)
  },
}
