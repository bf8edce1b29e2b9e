// The program's writable memory as it was before the first execution, put back before each next one.
//
// All writable segments of all modules (but the runtime's own and the loader's), the persistent heap and the TLS
// blocks are copied once. Then the pages are write-protected: the first write to a page makes it *hot*, and only hot
// pages are copied back. After a few executions nothing faults any more and a restore is a handful of page copies.
//
// Memory that the kernel writes (read(2) into a global buffer) does not fault; hooks announce it with `touch`.
#pragma once

#include "base/base.h"

namespace lockstep::runtime::snapshot {

void take();
void restore();
/// A write to `address` faulted: true if it was a watched page, which is writable now.
bool fault(u64 address);
/// The kernel is going to write here.
void touch(u64 address, u64 size);
/// Watched memory becomes ordinary again: the checker is done.
void drop();

/// Calls visit(address, size) for every page that may differ from the snapshot.
void for_each_hot(void (*visit)(u64 address, u64 size, void* argument), void* argument);
/// The same, with what the snapshot has.
void for_each_hot_and_copy(void (*visit)(u64 address, const u8* was, void* argument), void* argument);

}  // namespace lockstep::runtime::snapshot
