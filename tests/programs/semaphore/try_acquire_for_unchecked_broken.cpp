// expect: fail kind=data-race
// The timed acquire may give up; the value is read all the same.
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
  (void)filled.try_acquire_for(std::chrono::seconds(1));
  int seen = value;
  producer.join();
  return seen > 4;
}
