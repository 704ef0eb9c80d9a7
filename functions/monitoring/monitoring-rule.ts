/** When monitoring calls for people, and when for a challenger: a part of the project's definition. */
import * as z from 'zod'

export const monitoringRule = z
  .strictObject({
    /** An episode opens when so many … */
    violations: z.int().min(1).max(20).default(2),
    /** … of the last windows of a signal are violated; a window is a scored batch. */
    windows: z.int().min(1).max(20).default(3),
    /** … and ends after so many quiet windows in a row. */
    quiet: z.int().min(1).max(20).default(2),
    /** An episode that nobody acknowledged for so long is told once more. */
    escalateAfterHours: z.number().min(0).max(8_760).default(48),
    /** Whether an episode trains a challenger; approval and deployment stay as they are. */
    retrain: z.boolean().default(true),
    /** Between two retrainings. */
    coolDownHours: z.number().min(0).max(8_760).default(336),
    /** A retraining of which nothing is heard for so long is taken for lost. */
    leaseHours: z.number().min(1).max(8_760).default(24),
    /** Labelled rows of after the opening that a challenger needs. */
    minimumRows: z.int().min(1).default(6_000),
  })
  .refine(({ violations, windows }) => violations <= windows, {
    message: 'more violations than windows never come together',
    path: ['violations'],
  })
export type MonitoringRule = z.output<typeof monitoringRule>
