import { type AwarenessEntry, encodeAwarenessFrame, statePartBytes } from '@weft/protocol'
import { type Frame, frameOf } from './frame.ts'

/** Presence as frames of a size that a slow link takes in little time. */
export function presenceFrames(entries: readonly AwarenessEntry[]): Frame[] {
  const frames: Frame[] = []
  let part: AwarenessEntry[] = []
  let characters = 0
  for (const entry of entries) {
    part.push(entry)
    characters += entry.json.length
    if (characters < statePartBytes) continue
    frames.push(frameOf(encodeAwarenessFrame(part)))
    part = []
    characters = 0
  }
  if (part.length > 0) frames.push(frameOf(encodeAwarenessFrame(part)))
  return frames
}
