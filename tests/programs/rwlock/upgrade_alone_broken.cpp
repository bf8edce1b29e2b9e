// expect: fail kind=deadlock pattern=self-deadlock object=lock
// One thread that holds a lock for reading and locks it for writing waits for itself.
#include <shared_mutex>
#include <thread>

std::shared_mutex lock;
int value;

int main() {
  std::thread t([] {
    lock.lock_shared();
    if (value == 0) lock.lock();
  });
  t.join();
}
