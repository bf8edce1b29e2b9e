// No pill, no counting: closed once the producers are done, and every consumer's pop() ends.
#include <lockstep/sync/bounded_queue.h>

#include <atomic>
#include <cassert>
#include <thread>

lockstep::sync::bounded_queue<int> queue(1);
std::atomic<int> consumed{0};

void consume() {
  while (queue.pop()) ++consumed;
}

int main() {
  queue.push(1);
  std::thread other(consume);
  queue.close();
  consume();
  other.join();
  assert(consumed == 1 && "every item was taken, and both consumers have stopped");
}
