// expect: fail kind=deadlock pattern=leaked-lock
// A recursive mutex is locked twice and unlocked once: the other thread never gets it.
#include <mutex>
#include <thread>

std::recursive_mutex m;

int main() {
  std::thread t([] {
    m.lock();
    m.lock();
    m.unlock();
  });
  t.join();
  m.lock();
  m.unlock();
}
