// The consumer follows `next` to a node whose value it need not see.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value = 0;
  std::atomic<Node*> next{nullptr};
};

Node dummy, node;
std::atomic<Node*> tail{&dummy};
Node* head = &dummy;  // one consumer

void put(Node* fresh, int value) {
  fresh->value = value;
  Node* last = tail.load(std::memory_order_relaxed);
  last->next.store(fresh, std::memory_order_relaxed);
  tail.store(fresh, std::memory_order_relaxed);
}

int take() {
  Node* first = head->next.load(std::memory_order_acquire);
  if (first == nullptr) return -1;
  head = first;
  return first->value;
}

int main() {
  std::thread producer(put, &node, 7);
  const int taken = take();
  assert(taken == -1 || taken == 7);
  producer.join();
}
