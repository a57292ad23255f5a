import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Place, placeAfter } from './grid-moves.ts'

export interface GridPlace {
  /** Where the pointer or the keyboard is. */
  readonly place: Place | undefined
  /** Where the keyboard is, or would come to. */
  readonly entered: Place
  readonly setPlace: (place: Place | undefined) => void
  /** For keys pressed in `grid`. */
  readonly press: (event: KeyboardEvent) => void
}

/** Which cell of a grid is looked at. The arrow keys move the focus; of all cells, one is reached with the tab key. */
export function useGridPlace(grid: RefObject<HTMLElement | null>, rows: number, columns: number): GridPlace {
  const [place, setPlace] = useState<Place>()
  const isMoved = useRef(false)
  const entered = place ?? { row: 0, column: 0 }
  // Before the next key is heard, however fast they come.
  useLayoutEffect(() => {
    if (isMoved.current) grid.current?.querySelector<HTMLElement>('td[tabindex="0"]')?.focus()
    isMoved.current = false
  }, [place])
  const press = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, entered, rows, columns)
    if (next === undefined) return
    event.preventDefault()
    isMoved.current = true
    setPlace(next)
  }
  return { place, entered, setPlace, press }
}
