// What a file descriptor of a process is, and whether both its ends belong to the process itself.
//
// Thread safety: pure functions; they read /proc. What cannot be found out counts as the outside world's.
#pragma once

#include <string>

#include "dump/picture.h"
#include "dump/snapshot.h"

namespace lockstep::dump {

struct Descriptor {
  std::string name;    // a file's path, "a pipe", "a socket"
  std::string detail;  // "fd 5"
  bool own = false;    // only the process's own threads can end a wait on it
};

/// `view`: any of its threads that has not ended (snapshot.h).
Descriptor describe_descriptor(int view, int fd);

/// Fills in who holds the lock that a flock or fcntl waits for.
void describe_file_lock(int pid, int view, int fd, Wait* wait);

/// Whether the process has handlers for signals other than those that the C library uses itself: a handler can write to
/// a pipe and post a semaphore, when no thread is left to do it.
bool handles_signals(const Snapshot& snapshot);

}  // namespace lockstep::dump
