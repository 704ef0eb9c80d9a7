/** What is predicted, and what it must not be taken for. */
import type { Project } from '../project.ts'
import { html } from './markup.ts'
import type { Section } from './section.ts'

export const labelSection = ({ label, description, task }: Project): Section => ({
  id: 'label',
  title: 'What is predicted',
  body: html`<div class="meaning">${description === '' ? '' : html`<p>${description}</p>`}<p><strong>${label.meaning}</strong> ${
    task === 'regression'
      ? ''
      : html`<span class="quiet">(positive: ${label.positive}; negative: ${label.negative})</span>`
  }</p>${label.caveat === '' ? '' : html`<p><strong>Mind:</strong> ${label.caveat}</p>`}</div>`,
})
