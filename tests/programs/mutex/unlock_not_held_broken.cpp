// expect: fail kind=lock-misuse
// The mutex is unlocked by a thread that does not hold it.
#include <mutex>
#include <thread>

std::mutex m;

int main() {
  m.lock();
  std::thread t([] { m.unlock(); });
  t.join();
}
