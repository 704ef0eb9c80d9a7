/** SageMaker's XGBoost, exactly this one: the tag names the version whose model format and hyperparameters the functions know. */
export const trainingImage = { repositoryName: 'sagemaker-xgboost', imageTag: '3.0-5' } as const
