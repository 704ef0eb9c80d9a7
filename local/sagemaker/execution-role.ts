/** What SageMaker asks of the role that it is handed: that it may assume it. */
import { AwsError, type Cloud } from '../service.ts'

/** @throws AwsError ValidationException in AWS's words */
export function refuseUnassumable(cloud: Cloud, roleArn: string | undefined, resourceArn: string): void {
  if (roleArn === undefined) return
  if (cloud.access?.trusts(roleArn, 'sagemaker.amazonaws.com', resourceArn) !== false) return
  throw new AwsError(
    'ValidationException',
    `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
  )
}
