// expect: fail kind=data-race
// Dekker's entry protocol (raise your flag, enter if the other's is down) with acquire/release: both may enter.
#include <atomic>
#include <thread>

std::atomic<bool> flag0{false}, flag1{false};
int shared_value;

int main() {
  std::thread a([] {
    flag0.store(true, std::memory_order_release);
    if (!flag1.load(std::memory_order_acquire)) shared_value = 1;
  });
  flag1.store(true, std::memory_order_release);
  if (!flag0.load(std::memory_order_acquire)) shared_value = 2;
  a.join();
}
