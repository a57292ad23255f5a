import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

const nearPx = 80

/** Keeps the end in view while `content` grows, unless the reader has scrolled up. */
export function useStickyEnd(scroller: RefObject<HTMLElement | null>, content: unknown): void {
  const isAtEnd = useRef(true)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const scrolled = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx
    }
    element.addEventListener('scroll', scrolled, { passive: true })
    return () => element.removeEventListener('scroll', scrolled)
  }, [])
  useLayoutEffect(() => {
    const element = scroller.current
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [content])
}
