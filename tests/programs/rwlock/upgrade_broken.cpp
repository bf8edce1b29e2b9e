// expect: fail kind=deadlock
// Two readers want to become writers while each keeps its read lock (std::shared_mutex cannot upgrade; here even
// one thread alone waits for itself).
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value;

void update() {
  m.lock_shared();
  if (value == 0) {
    m.lock();
    value = 1;
    m.unlock();
  }
  m.unlock_shared();
}

int main() {
  std::thread a(update);
  update();
  a.join();
}
