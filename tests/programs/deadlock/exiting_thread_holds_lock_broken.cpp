// expect: fail kind=deadlock pattern=leaked-lock
// A thread ends without releasing the mutex.
#include <mutex>
#include <thread>

std::mutex m;

int main() {
  std::thread t([] { m.lock(); });
  t.join();
  m.lock();
  m.unlock();
}
