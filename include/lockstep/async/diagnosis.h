// Who is stuck where, and what went wrong: dump(), dump_on_signal(), and the reports that the runtime makes by itself.
//
//     std::fputs(lockstep::async::dump().c_str(), stderr);      // everything that waits on this thread's loop
//     lockstep::async::dump_on_signal(SIGUSR1);                 // `kill -USR1 PID` prints it, for all loops
//
// A dump lists each waiting coroutine with what it waits for and its chain of awaits, innermost first:
//
//     reading from descriptor 9
//       read_line at line.cpp:31
//       serve at server.cpp:12
//
// Names come from debug information (-g), else from symbols. Reports made unasked, to standard error or to the handler:
//
// | report                       | when                                                                             |
// |------------------------------|----------------------------------------------------------------------------------|
// | forgotten task               | a task is destroyed that was never awaited (not while an exception passes)       |
// | blocked loop                 | a function keeps a loop longer than run_options::watchdog; with its stack; at    |
// |                              | most one a second                                                                |
// | everything waits             | no timer, descriptor or thread can wake anything: all is cancelled, and run()    |
// |                              | throws deadlock_error                                                            |
//
// LOCKSTEP_ASYNC_TRACE=1 in the environment records where each task is made (a microsecond or two for each), so that a
// forgotten one is reported with the stack of that place; without, with the stack of where it was dropped, which is the
// same line for a call whose result is ignored.
// Thread safety: dump() is about the calling thread's loop; everything else may be called by any thread.
#pragma once

#include <functional>
#include <string>

namespace lockstep::async {

/// Everything that waits on the loop of this thread. Empty without a loop.
std::string dump();

/// Makes a signal print the dump of every loop of the process to standard error, when the loop next goes round.
/// Replaces the signal's handler. Throws std::system_error.
void dump_on_signal(int signal);

/// Where reports go instead of standard error; an empty function undoes that. Called on the thread concerned, or the
/// watchdog's, one at a time.
void set_report_handler(std::function<void(const std::string&)> handler);

}  // namespace lockstep::async
