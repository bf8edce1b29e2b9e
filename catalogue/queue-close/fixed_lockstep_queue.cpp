// close() refuses what comes after it, and pop() gives what is there and then nothing.
#include <lockstep/sync/bounded_queue.h>

#include <cassert>
#include <thread>

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  int taken = 0;
  std::thread consumer([&] {
    while (queue.pop()) ++taken;
  });
  queue.push(1);
  queue.close();
  assert(queue.push(2) == queue_status::closed && "refused after the close");
  consumer.join();
  assert(taken == 1 && "what was put before the close is delivered, once");
}
