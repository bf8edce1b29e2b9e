// expect: fail kind=livelock
// tags: spin
// A demonstration that tells each step.
#include <cstdio>
#include <mutex>
#include <thread>
std::mutex a, b;
void worker(const char* name, std::mutex& first, std::mutex& second) {
  while (true) {
    first.lock();
    std::printf("%s got first\n", name);
    if (second.try_lock()) {
      std::puts("works");
      second.unlock();
      first.unlock();
      break;
    }
    std::printf("%s backs off\n", name);
    first.unlock();
  }
}
int main() {
  std::thread x(worker, "x", std::ref(a), std::ref(b)), y(worker, "y", std::ref(b), std::ref(a));
  x.join();
  y.join();
}
