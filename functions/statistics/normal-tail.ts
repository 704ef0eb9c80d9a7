/** Two-sided tail of the normal distribution, and the normal quantile. */
import { chiSquaredTail } from './chi-squared-tail.ts'

/** P(|Z| ≥ |z|), 0 to 1: Z² is chi-squared with one degree of freedom. */
export const normalTail = (z: number): number => chiSquaredTail(z * z, 1)

/** P(Z ≤ z), 0 to 1. */
export const normalBelow = (z: number): number => (z < 0 ? normalTail(z) / 2 : 1 - normalTail(z) / 2)
