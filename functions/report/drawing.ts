/** The frame of a drawing: an SVG with a title and a description, and a plot with two axes. */
import { type Content, html, type Markup } from './markup.ts'
import { linearScale, place, type Scale, ticks } from './scale.ts'
import { fitted } from './text-width.ts'

export interface Drawing {
  /** Unique in the page: names the title and the description. */
  readonly id: string
  readonly title: string
  /** What a reader who does not see it must know. */
  readonly description: string
  readonly width: number
  readonly height: number
}

export function drawing({ id, title, description, width, height }: Drawing, content: Content): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`
}

export interface Axis {
  readonly domain: readonly [number, number]
  readonly label: string
  readonly format: (value: number) => string
  /** About so many. @default 5 */
  readonly ticks?: number
}

export interface Plot extends Drawing {
  readonly x: Axis
  readonly y: Axis
}

export interface Places {
  readonly x: Scale
  readonly y: Scale
  /** Edges of the plot. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Usual size: drawn as it is on a narrow screen, a little larger on a wide one. */
export const plotSize = { width: 360, height: 300 }
const margin = { top: 24, right: 14, bottom: 40, left: 46 }

/** Axes with their labels; `marks` draws what stands between them. */
export function plot(frame: Plot, marks: (places: Places) => Content): Markup {
  const { width, height, x, y } = frame
  const edges = {
    left: margin.left,
    right: width - margin.right,
    top: margin.top,
    bottom: height - margin.bottom,
  }
  const places: Places = {
    ...edges,
    x: linearScale(x.domain, [edges.left, edges.right]),
    y: linearScale(y.domain, [edges.bottom, edges.top]),
  }
  return drawing(frame, [gridOf(frame, places), marks(places)])
}

function gridOf({ x, y }: Plot, { left, right, top, bottom, x: toX, y: toY }: Places): Content {
  const across = ticks(...y.domain, y.ticks ?? 5).map((value) => {
    const at = place(toY(value))
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="tick end" x="${left - 6}" y="${at}" dy=".32em">${y.format(value)}</text>`
  })
  const along = ticks(...x.domain, x.ticks ?? 5).map((value) => {
    const at = place(toX(value))
    return html`<line class="axis" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick mid" x="${at}" y="${bottom + 16}">${x.format(value)}</text>`
  })
  return [
    across,
    along,
    html`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    html`<text class="label" x="${left}" y="${top - 12}">${y.label}</text>`,
    html`<text class="label end" x="${right}" y="${bottom + 33}">${fitted(x.label, right - left)}</text>`,
  ]
}

/** `M x y L x y …` */
export const linePath = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${place(x)} ${place(y)}`).join('')
