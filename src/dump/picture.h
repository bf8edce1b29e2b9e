// Who waits for whom: what every form of a dump shows.
//
// Thread safety: plain data. Threads of a process, tasks of lockstep::async on their loops and sessions of a database are
// told in the same terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::dump {

struct Place {
  std::string function, file;  // empty if unknown
  int line = 0;
};

/// What can end a wait, and so who must be stuck for it to last for ever.
enum class Ends {
  kHolder,     // the threads in `holders` must go on
  kGone,       // nobody: the holder has ended
  kAnyThread,  // some thread or task of the process
  kAnyTask,    // some task of the same loop
  kOutside,    // another process, a device, a person
  kTime,       // passing time
};

struct Wait {
  std::string kind;    // "mutex", "join", ...: kinds.h
  std::string object;  // its name; empty if it has none
  std::uint64_t address = 0;
  bool same_name = false;  // another object that somebody waits for is called the same
  Ends ends = Ends::kAnyThread;
  std::vector<int> holders;
  std::int64_t gone = 0;       // the thread id that the lock still names, with kGone
  bool shared_hold = false;    // the holders hold it for reading
  bool certain = true;         // false: the holders are inferred from their code and stacks
  std::string mode;            // "read" or "write" for a reader-writer lock; a database's lock mode
  std::string detail;          // for people: "fd 5, a pipe", "2 of 3 have come"
  std::optional<Place> taken;  // where the first holder took it
  bool taken_certain = false;  // by a variable that holds the lock; else by the code of the holder
};

struct StackFrame {
  std::string function, file, module;
  int line = 0;
  std::uint64_t address = 0;
  bool inlined = false, library = false;
  bool started = false;  // did not call the one before: it has started that task, and waits for its end
};

struct Thread {
  int tid = 0;  // of a task: -1, -2, ...
  std::string name;
  std::string state;  // "deadlocked", "blocked", "waiting", "idle", "running", "ended"
  std::optional<Wait> wait;
  std::vector<std::string> holds;  // what others wait for
  std::vector<StackFrame> stack;   // innermost first
  std::string doing;               // for people: a database session's query
  bool unmoved = false;            // in all of the picture's `watched` seconds it did not run
  bool helper = false;             // a thread of the library that ends nobody's wait
  int loop = 0;                    // of a task: the thread on whose loop it runs
  std::vector<int> rescuers;       // the end of any of these ends the wait, too; 0: of one that can go on
};

struct Picture {
  int pid = 0;
  std::string program;
  std::string source = "process";  // "core", "postgres"
  bool deadlocked = false;
  std::string pattern;  // a word of the checker's vocabulary, empty if there is none
  std::string summary;  // one sentence: the cause
  std::vector<std::vector<int>> cycles;
  std::vector<Thread> threads;  // and behind them the tasks, in the order -1, -2, ...
  std::size_t tasks = 0;        // how many of them
  double pause = 0;             // seconds that the process stood still
  double seconds = 0;           // that the dump took
  double watched = 0;           // seconds that it was looked on before
  std::vector<std::string> notes;

  const Thread* thread(int tid) const {
    if (tid < 0) {
      const auto index = threads.size() - tasks + static_cast<std::size_t>(-(tid + 1));
      return index < threads.size() ? &threads[index] : nullptr;
    }
    for (const Thread& t : threads) {
      if (t.tid == tid) return &t;
    }
    return nullptr;
  }
  Thread* thread(int tid) { return const_cast<Thread*>(std::as_const(*this).thread(tid)); }
};

/// The wait of a pool's thread that has nothing to do: it ends nobody's wait.
inline constexpr const char* kIdleInPool = "idle in its thread pool";
/// The thread runs the loop of its tasks, and nothing besides.
inline bool is_loop(const Wait& wait) { return wait.kind == "loop"; }
/// For the end of others: of a thread, or of tasks.
inline bool is_join(const Wait& wait) { return wait.kind == "join" || wait.kind == "tasks"; }
/// "3 threads", "1 task", "2 threads and 1 task".
std::string count_text(const Picture& picture, std::size_t threads, std::size_t tasks);
/// "`a`", or "a mutex at 0x55d0" for what has no name.
std::string object_text(const Wait& wait);
/// "waits for `a`, which B holds", "joins B", "sleeps on `ready`".
std::string wait_text(const Picture& picture, const Thread& thread);
/// The innermost place in the user's own code; null if there is none.
const StackFrame* user_frame(const Thread& thread);

/// From the waits alone: states, holds, cycles, pattern and summary.
void judge(Picture* picture);

}  // namespace lockstep::dump
