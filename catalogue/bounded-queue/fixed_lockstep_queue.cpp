// The library's queue: exact capacity, producers wait while it is full.
#include <lockstep/sync/bounded_queue.h>

#include <cassert>
#include <thread>

lockstep::sync::bounded_queue<int> queue(1);

int main() {
  queue.push(1);
  std::thread producer([] { queue.push(2); });  // waits for the place
  assert(queue.pop() == 1);
  assert(queue.pop() == 2);
  producer.join();
}
