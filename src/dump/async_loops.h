// The loops of lockstep::async in a process, and all that waits in them: copied while the process stands still.
//
// Found by a note in the program (lockstep/async/internal/layout.h), so that neither symbols nor debug information are
// needed. What is read may be torn or damaged: every walk is bounded, every link is checked, and what does not fit is left
// out. Thread safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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
  bool moved = false;             // the loop went on, and the task was not there before
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
  bool asleep = false;            // it waits for events; else its thread runs a task, or is about to
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
  std::map<std::uint64_t, std::uint64_t> lock_holders;  // mutexes that a task has locked: its promise
  std::vector<std::string> notes;                       // for people: what could not be read
};

/// Reads for at most that long; `complete` and `notes` say whether something was left out then.
AsyncState read_async(const Snapshot& snapshot, std::chrono::steady_clock::duration limit);

}  // namespace lockstep::dump
