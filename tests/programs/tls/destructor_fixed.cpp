// expect: pass complete
// flags: -O0
// compilers: gcc clang
// thread_local destructors run at the thread's end, before join returns.
#include <cassert>
#include <string>
#include <thread>

int destroyed;

struct Local {
  std::string name = "a name that is too long for the small buffer";
  ~Local() { ++destroyed; }
};
thread_local Local local;

int main() {
  std::thread t([] { local.name += "!"; });
  t.join();
  assert(destroyed == 1);
}
