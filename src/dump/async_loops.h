// The loops of lockstep::async in a process, and all that waits in them: copied while the process stands still.
//
// Found by a note in the program (lockstep/async/internal/layout.h), so that neither symbols nor debug information are
// needed. What is read may be torn or damaged: every walk is bounded, every link is checked, and what does not fit is left
// out. Thread safety: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::dump {

struct Snapshot;

/// A suspended coroutine.
struct AsyncFrame {
  std::uint64_t promise = 0;
  std::uint64_t code = 0;  // that resumes it
  std::string_view file;   // of the co_await at which it stands
  int line = 0;
  std::uint64_t context = 0;
};

struct AsyncTask {
  std::uint8_t kind = 0;      // lockstep::async::internal::wait_kind
  std::uint64_t subject = 0;  // the word that it says
  std::uint64_t node = 0;
  std::uint32_t number = 0;       // of the wait, which no other of the loop's thread has
  bool moved = false;             // the loop went on, and the task may not have waited at the moment of the rest
  bool cancelled = false;         // it is being cancelled
  bool cancellable = false;       // a cancellation of its context ends the wait
  std::vector<AsyncFrame> chain;  // innermost first, each awaited by the next
};

struct AsyncContext {
  std::uint64_t address = 0, parent = 0, owner = 0;
  std::uint8_t kind = 0;  // lockstep::async::internal::context_kind
  bool shielded = false;
};

struct AsyncLoop {
  std::uint64_t address = 0;
  int inner_tid = 0;              // of its thread, as the process knows it
  bool asleep = false;            // it waits for events, and none has come; else it runs a task, or is about to
  bool has_stop = false;          // a stop token from outside may cancel it
  int remote_waits = 0;           // waits that other threads may end, and handles by which they may start tasks
  std::int64_t virtual_now = -1;  // with virtual time
  std::vector<AsyncTask> tasks;
  std::map<std::uint64_t, AsyncContext> contexts;
  std::map<std::uint64_t, AsyncFrame> owners;         // of contexts, and whoever awaits them, by promise
  std::map<std::uint64_t, std::uint64_t> awaited_by;  // promises of `owners`: the next one, 0 at the end
  bool cut = false;                                   // there are more tasks than are read
  bool whole = true;                                  // false: it ran meanwhile, or memory is damaged
};

struct AsyncState {
  AsyncState() = default;
  AsyncState(AsyncState&&) = default;
  AsyncState& operator=(AsyncState&&) = default;
  AsyncState(const AsyncState&) = delete;  // frames point to `files`
  AsyncState& operator=(const AsyncState&) = delete;

  bool complete = true;
  std::set<std::string> files;
  std::vector<AsyncLoop> loops;
  std::vector<std::uint64_t> watchdogs;  // threads of the library that wake nobody, as the process knows them
  std::map<std::uint64_t, std::uint64_t> lock_holders;    // mutexes that a task has locked: its promise
  std::map<std::uint64_t, std::vector<std::byte>> words;  // the beginnings of the mutexes that tasks wait for
  std::vector<std::string> notes;                         // for people: what could not be read
};

/// How tasks are read. All that a verdict rests on is of one moment: the tasks of a loop whose thread stands still, or that
/// sleeps all the while, are; of another, two looks at it have the moment between them, and count what both have seen.
struct AsyncLook {
  std::chrono::steady_clock::duration limit{};  // `complete` and `notes` of the state say what was left out after that
  std::set<int> standing;                       // threads that stand still meanwhile, as the process knows them
  /// Calls its argument, which reads who holds what, while all threads stand still; if empty they do so anyway.
  std::function<void(const std::function<void()>& read)> at_once;
};
AsyncState read_async(const Snapshot& snapshot, const AsyncLook& look);

/// The descriptor that a task waits for: until it can be read from, or written to.
struct DescriptorWait {
  int fd = -1;
  bool writes = false;
};
std::optional<DescriptorWait> descriptor_wait(const AsyncTask& task);

}  // namespace lockstep::dump
