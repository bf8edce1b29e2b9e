// Recognises a thread that spins: it comes back to the same instruction with the same registers and the same live
// stack, having written nothing in between. Such an iteration can be repeated for ever and changes nothing, so the
// thread awaits a change of something that it has read.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::spin {

/// A read is about to be done from the instruction of t.entry. True: the iteration since the last time here was
/// pure, and t.await_reads says how many reads it made. Call before the operation becomes pending.
bool iteration_ended(Thread& t);
/// A read was done; it would be worth repeating once *version differs from seen.
void note_read(Thread& t, const u32* version, u32 seen);
/// What the read has seen, for telling what a loop around a compare-exchange repeats.
void note_value(Thread& t, const void* location, u64 value, Order order, bool failed);
/// Another thread is about to write these bytes (8 at most) of `owner`'s stack by a plain store.
void written_by_other(Thread& owner, u64 address, u32 size);
/// The thread runs next, after others.
void goes_on(Thread& t);
/// Something that the thread awaits has changed.
bool can_go_on(const Thread& t);

}  // namespace lockstep::runtime::spin
