// Manual reset, set and left so; lockstep::sync::event lets everybody through whenever they come.
#include <lockstep/sync/event.h>

#include <cassert>
#include <thread>

lockstep::sync::event start;
int prepared = 0;

void run() {
  start.wait();
  assert(prepared == 1 && "what was done before set() is seen");
}

int main() {
  std::thread a(run), b(run);
  prepared = 1;
  start.set();
  a.join();
  b.join();
}
