// expect: pass
// The value is read only when the timed acquire succeeded.
#include <cassert>
#include <chrono>
#include <semaphore>
#include <thread>

std::binary_semaphore filled(0);
int value;

int main() {
  std::thread producer([] {
    value = 4;
    filled.release();
  });
  if (filled.try_acquire_for(std::chrono::seconds(1))) {
    assert(value == 4);
  }
  producer.join();
}
