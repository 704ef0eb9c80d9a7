/** The local ECR: it holds the one image that training asks for, whichever account the registry is. */
import * as z from 'zod'
import { trainingImage } from '../../infra/training-image.ts'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type LocalService } from '../service.ts'

const request = z.object({
  registryId: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  repositoryName: z.string(),
  imageIds: z.array(z.object({ imageTag: z.string().optional(), imageDigest: z.string().optional() })).min(1),
})

export function ecrService(): LocalService {
  return {
    name: 'ecr',
    actions: {
      async BatchGetImage(input, { cloud }) {
        const {
          registryId = cloud.accountId,
          repositoryName,
          imageIds,
        } = acceptInput(request, input, 'InvalidParameterException')
        if (repositoryName !== trainingImage.repositoryName)
          throw new AwsError(
            'RepositoryNotFoundException',
            `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
          )
        const isThere = ({ imageTag }: { imageTag?: string | undefined }) =>
          imageTag === trainingImage.imageTag
        return {
          images: imageIds.filter(isThere).map((imageId) => ({ registryId, repositoryName, imageId })),
          failures: imageIds
            .filter((imageId) => !isThere(imageId))
            .map((imageId) => ({
              imageId,
              failureCode: 'ImageNotFound',
              failureReason: 'Requested image not found',
            })),
        }
      },
    },
  }
}
