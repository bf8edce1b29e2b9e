// What the programs that hang have in common: a part is chosen by the argument, says when its threads are about to block,
// and knows how far they have come. Each program includes it once. Thread safety: all may be called by any thread.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>

namespace parts {

/// Threads that have got as far as they must; the rest of the way to the block is short, and the test looks again.
inline std::atomic<int> arrived = 0;

inline void await(int count) {
  while (arrived.load() < count) sched_yield();
}

/// tests/dump/run waits for it.
inline void say_ready() { [[maybe_unused]] const ssize_t n = write(1, "ready\n", 6); }

using Table = std::map<std::string, std::function<void()>>;

/// What main does. 2: there is no such part.
inline int play(const Table& table, int argc, char** argv) {
  const auto part = table.find(argc > 1 ? argv[1] : "");
  if (part == table.end()) return 2;
  part->second();
  return 0;
}

}  // namespace parts
