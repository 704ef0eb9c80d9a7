/** The split as the features stage and those after it use it; the dataset stage needs it first, so it lives there. */
export { heldOutSql, isHeldOut, type Split, sideOf, sideSql } from '../dataset/split.ts'
