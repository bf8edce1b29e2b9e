// expect: pass
// One thread leaves after the first phase; the other goes on alone.
#include <barrier>
#include <cassert>
#include <thread>

std::barrier sync_point(2);
int value;

int main() {
  std::thread leaver([] {
    value = 1;
    sync_point.arrive_and_drop();
  });
  sync_point.arrive_and_wait();
  assert(value == 1);
  sync_point.arrive_and_wait();
  leaver.join();
}
