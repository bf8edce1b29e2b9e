// expect: pass
// tags: spin
// std::scoped_lock takes both mutexes with its own avoidance (try and back off), whatever the order given.
#include <mutex>
#include <thread>

std::mutex a, b;
int value;

int main() {
  std::thread t([] {
    std::scoped_lock lock(a, b);
    ++value;
  });
  {
    std::scoped_lock lock(b, a);
    ++value;
  }
  t.join();
}
