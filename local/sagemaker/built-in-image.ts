/** The one image that the local cloud has a stand-in for: another one cannot be run without a container. */
export const builtInImage = /\/(sagemaker|regimen)-xgboost:[0-9.-]+$/
