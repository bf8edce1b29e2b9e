// expect: pass
// The classic bounded buffer of one slot: `empty` and `full`, one producer, one consumer.
#include <cassert>
#include <semaphore>
#include <thread>

std::counting_semaphore<1> empty(1), full(0);
int slot;

int main() {
  std::thread producer([] {
    for (int i = 1; i <= 2; ++i) {
      empty.acquire();
      slot = i;
      full.release();
    }
  });
  int sum = 0;
  for (int i = 0; i < 2; ++i) {
    full.acquire();
    sum += slot;
    empty.release();
  }
  producer.join();
  assert(sum == 3);
}
