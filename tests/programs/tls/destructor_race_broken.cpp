// expect: fail kind=data-race
// The destructor of a thread_local object updates a global total without a lock.
#include <thread>

int total;

struct Local {
  int count = 0;
  ~Local() { total += count; }
};
thread_local Local local;

int main() {
  std::thread a([] { ++local.count; });
  std::thread b([] { ++local.count; });
  a.join();
  b.join();
}
