// expect: pass
// flags: -O2
// compilers: gcc clang
// A binary semaphore hands a value from one thread to the other.
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore filled(0);
int value;

int main() {
  std::thread producer([] {
    value = 4;
    filled.release();
  });
  filled.acquire();
  assert(value == 4);
  producer.join();
}
