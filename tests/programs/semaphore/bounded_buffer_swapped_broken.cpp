// expect: fail kind=deadlock
// The producer waits for a free slot while it holds the mutex that the consumer needs to free one.
#include <mutex>
#include <semaphore>
#include <thread>

std::counting_semaphore<1> empty(1), full(0);
std::mutex m;
int slot;

int main() {
  std::thread producer([] {
    for (int i = 1; i <= 2; ++i) {
      std::lock_guard lock(m);
      empty.acquire();
      slot = i;
      full.release();
    }
  });
  for (int i = 0; i < 2; ++i) {
    full.acquire();
    std::lock_guard lock(m);
    empty.release();
  }
  producer.join();
}
