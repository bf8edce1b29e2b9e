// expect: fail kind=data-race
// Each thread locks a mutex, but not the same one.
#include <mutex>
#include <thread>

std::mutex m1, m2;
int counter;

int main() {
  std::thread a([] {
    std::lock_guard lock(m1);
    ++counter;
  });
  {
    std::lock_guard lock(m2);
    ++counter;
  }
  a.join();
}
