/** What rooms tell of what goes through them. Told of every frame: hearing it must cost next to nothing. */
export interface Traffic {
  /** A member's update was taken in. */
  took(): void
  /** A flush sent on what had gathered: so many updates. */
  flushed(updates: number): void
  /** A change was sent to so many members. */
  delivered(members: number): void
  /** A slow member's queue was dropped: it is sent a difference instead. */
  dropped(): void
  /** What a member had sent was told saved. @param milliseconds since the first of it came */
  saved(milliseconds: number): void
}
