// Vector clocks: for each thread, how many of its events happen before this point.
//
// A clock of an event e of thread t has clock[t] = index of e in t (indices start at 1), so "event (t, i) happens
// before or is e" is clock[t] >= i. Plain accesses between event i and i+1 of t carry the epoch (t, i); they happen
// before a point iff its clock has [t] > i.
//
// Clocks that are attached to events are immutable; a thread's own clock is changed in place. They grow with the
// number of threads; entries beyond `size` are zero.
#pragma once

#include "base/base.h"

namespace lockstep::runtime {

struct Clock {
  u32 size;
  u32 capacity;
  u32 at[];

  u32 get(u32 thread) const { return thread < size ? at[thread] : 0; }

  static Clock* make(Bump& bump, u32 threads) {
    u32 capacity = (threads + 3) & ~3u;
    Clock* clock = static_cast<Clock*>(bump.take(sizeof(Clock) + capacity * sizeof(u32)));
    clock->size = 0;
    clock->capacity = capacity;
    return clock;
  }
  static Clock* copy(Bump& bump, const Clock* from) {
    Clock* clock = make(bump, from ? from->size : 1);
    if (from) {
      clock->size = from->size;
      for (u32 i = 0; i < from->size; ++i) clock->at[i] = from->at[i];
    }
    return clock;
  }
  /// Sets an entry; the clock may move (keep the result).
  static Clock* set(Bump& bump, Clock* clock, u32 thread, u32 value) {
    if (thread >= clock->capacity) {
      Clock* wider = make(bump, thread + 1);
      wider->size = clock->size;
      for (u32 i = 0; i < clock->size; ++i) wider->at[i] = clock->at[i];
      clock = wider;
    }
    while (clock->size <= thread) clock->at[clock->size++] = 0;
    clock->at[thread] = value;
    return clock;
  }
  /// Takes the maximum with `from` (which may be null) into `clock` (which may be null and may move).
  static Clock* join(Bump& bump, Clock* clock, const Clock* from) {
    if (!from) return clock;
    if (!clock) return copy(bump, from);
    if (from->size > clock->size) clock = set(bump, clock, from->size - 1, 0);
    for (u32 i = 0; i < from->size; ++i) {
      if (clock->at[i] < from->at[i]) clock->at[i] = from->at[i];
    }
    return clock;
  }
};

}  // namespace lockstep::runtime
