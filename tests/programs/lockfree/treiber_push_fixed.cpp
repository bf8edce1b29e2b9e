// expect: pass complete
// flags: -O2
// compilers: gcc clang
// Two threads push on a Treiber stack; main pops everything after joining.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
  Node* next;
};
std::atomic<Node*> head{nullptr};

void push(int value) {
  auto* node = new Node{value, head.load(std::memory_order_relaxed)};
  while (!head.compare_exchange_strong(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

int main() {
  std::thread t(push, 1);
  push(2);
  t.join();
  int sum = 0;
  for (Node* n = head; n != nullptr;) {
    sum += n->value;
    Node* next = n->next;
    delete n;
    n = next;
  }
  assert(sum == 3);
}
