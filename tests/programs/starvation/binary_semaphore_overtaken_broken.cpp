// expect: fail kind=starvation
// tags: spin
// The same with std::binary_semaphore.
#include <semaphore>
#include <thread>

std::binary_semaphore permit{1};

void work() {
  for (;;) {
    permit.acquire();
    permit.release();
  }
}

int main() {
  std::thread a(work), b(work);
  a.join();
  b.join();
}
