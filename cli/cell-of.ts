/** A value of a column as a cell of a terminal's table: a time is kept as seconds since 1970. */
import type { PublicColumn } from '../functions/profile/public-profile.ts'
import { momentFormat } from '../functions/report/time-scale.ts'
import type { Cell } from './output.ts'

export function cellOf({ type, min, max }: Pick<PublicColumn, 'type' | 'min' | 'max'>, value: Cell): Cell {
  const isTime = type === 'timestamp' && typeof value === 'number' && min !== null && max !== null
  return isTime ? momentFormat(min, max)(value) : value
}
