/** Where SageMaker writes the logs of an account's training jobs; a stream is named `<job>/<host>`. */
export const trainingLogGroup = '/aws/sagemaker/TrainingJobs'
