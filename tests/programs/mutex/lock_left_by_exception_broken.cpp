// expect: fail kind=deadlock pattern=leaked-lock
// lock and unlock by hand with an exception in between: the mutex stays locked.
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex m;

void work(bool bad) {
  m.lock();
  if (bad) throw std::runtime_error("bad input");
  m.unlock();
}

int main() {
  std::thread t([] {
    try {
      work(true);
    } catch (const std::exception&) {
    }
  });
  work(false);
  t.join();
}
