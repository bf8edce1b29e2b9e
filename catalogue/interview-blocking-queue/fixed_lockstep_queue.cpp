// The same interface from the library: pop() waits, try_pop() decides and acts in one step.
#include <lockstep/sync/bounded_queue.h>

#include <cassert>
#include <thread>

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  queue.push(1);
  int polled = 0;
  std::thread poller([&] { polled = queue.try_pop().value_or(0); });
  const int mine = queue.try_pop().value_or(0);
  poller.join();
  assert(mine + polled == 1 && "the item, once");
}
