// Head and tag in one word: whoever changes the head changes the tag, so an exchange on an old head fails.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

struct Head {
  std::int32_t node;
  std::uint32_t tag;
};

std::atomic<Head> head{Head{0, 0}};
std::atomic<int> next_of[3];
std::atomic<bool> owned[3];

int pop() {
  Head top = head.load();
  while (top.node != 0 && !head.compare_exchange_strong(top, Head{next_of[top.node].load(), top.tag + 1})) {
  }
  if (top.node != 0) assert(!owned[top.node].exchange(true) && "a node has one owner");
  return top.node;
}

void push(int node) {
  owned[node] = false;
  Head top = head.load();
  do {
    next_of[node] = top.node;
  } while (!head.compare_exchange_strong(top, Head{node, top.tag + 1}));
}

int main() {
  push(2);
  push(1);
  std::thread other(pop);
  const int first = pop();
  pop();
  if (first != 0) push(first);
  other.join();
  pop();
  pop();
}
